import { aViewer } from '@gravity/shared/testing/a-viewer'
import { eventually } from '@gravity/shared/testing/eventually'
import type { TestQuestion, TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { expect } from '@jest/globals'
import { decodeJwt } from 'jose'

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

/** Registers somebody who must get a session by it. */
export async function arrive(auth: TestSubgraph, email: string): Promise<Opened> {
  return asOpened(await register(auth, { email }))
}

export function asOpened(result: Result): Opened {
  expect(result).toMatchObject({ __typename: 'Session' })
  // The expectation has just said so.
  return result as Opened
}

export function viewerOf(session: Opened): Viewer {
  return aViewer({
    userId: session.user.id,
    sessionId: String(decodeJwt(session.accessToken)['sid']),
  })
}

export interface Outcome {
  readonly __typename: string
  readonly code?: string
  readonly message?: string
  readonly field?: string
  readonly isComplete?: boolean
  readonly retryAfterSeconds?: number
}

const selections: Readonly<Record<string, string>> = {
  confirmEmailChange: '... on EmailChangeConfirmed { isComplete }',
  changePassword: '... on InvalidInput { field }',
  resetPassword: '... on InvalidInput { field }',
  requestEmailChange: '... on InvalidInput { field }',
}

function selectionOf(name: string): string {
  // The one that cannot be refused.
  if (name === 'endSession') return ''
  return `... on Problem { code message } ... on TooManyAttempts { retryAfterSeconds } ${selections[name] ?? ''}`
}

/** Runs a mutation that takes one `input`, as nobody unless the question names a viewer. */
export async function mutate(
  auth: TestSubgraph,
  [name, input]: readonly [string, Readonly<Record<string, unknown>>],
  question: TestQuestion = {},
): Promise<Outcome> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`
  const data = await auth.answer<Record<string, Outcome>>(
    `mutation ($input: ${type}) { ${name}(input: $input) { __typename ${selectionOf(name)} } }`,
    { viewer: null, ...question, variables: { input } },
  )
  const outcome = data[name]
  if (!outcome) throw new Error(`${name} has no result`)
  return outcome
}

export interface ShownMail {
  readonly subject: string
  readonly body: string
  readonly token: string | null
  readonly link: string | null
}

/** What an address has got, the latest first. */
export async function mailsTo(auth: TestSubgraph, to: string): Promise<ShownMail[]> {
  const data = await auth.answer<{ developmentMailbox: ShownMail[] }>(
    'query ($to: String) { developmentMailbox(to: $to) { subject body token link } }',
    { viewer: null, variables: { to } },
  )
  return data.developmentMailbox
}

/** Waits for a mail with this subject. */
export function mailAbout(auth: TestSubgraph, to: string, subject: string): Promise<ShownMail> {
  return eventually(async () => {
    const mail = (await mailsTo(auth, to)).find((candidate) => candidate.subject === subject)
    if (!mail) throw new Error(`${to} has no mail about: ${subject}`)
    return mail
  })
}

export async function tokenOf(auth: TestSubgraph, to: string, subject: string): Promise<string> {
  const { token } = await mailAbout(auth, to, subject)
  if (token === null) throw new Error(`The mail about ${subject} has no token`)
  return token
}
