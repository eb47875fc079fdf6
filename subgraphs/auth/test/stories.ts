import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'

export interface Opened {
  readonly __typename: 'Session'
  readonly accessToken: string
  readonly accessTokenExpiresAt: string
  readonly refreshToken: string
  readonly user: { readonly id: string }
}

type Result = { readonly __typename: string }

const session = `__typename
  ... on Session { accessToken accessTokenExpiresAt refreshToken user { id } }
  ... on Problem { code message }`

const password = 'correct horse'
let people = 0

export async function register(
  auth: TestSubgraph,
  input: { email?: string; password?: string; displayName?: string } = {},
): Promise<Result> {
  people += 1
  const data = await auth.answer<{ register: Result }>(
    `mutation ($input: RegisterInput!) { register(input: $input) { ${session} ... on InvalidInput { field } } }`,
    {
      viewer: null,
      variables: {
        input: {
          email: `person${people}@example.org`,
          password,
          displayName: 'Somebody',
          ...input,
        },
      },
    },
  )
  return data.register
}

export async function login(
  auth: TestSubgraph,
  input: { email: string; password?: string },
): Promise<Result> {
  const data = await auth.answer<{ login: Result }>(
    `mutation ($input: LoginInput!) { login(input: $input) { ${session} } }`,
    { viewer: null, variables: { input: { password, ...input } } },
  )
  return data.login
}

export async function refresh(auth: TestSubgraph, refreshToken: string): Promise<Result> {
  const data = await auth.answer<{ refreshSession: Result }>(
    `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { ${session} } }`,
    { viewer: null, variables: { input: { refreshToken } } },
  )
  return data.refreshSession
}
