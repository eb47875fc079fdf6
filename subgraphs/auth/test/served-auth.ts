import { freePort } from '@gravity/shared/postgres/free-port'
import { serveSubgraph } from '@gravity/shared/server/serve-subgraph'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { createIdentitySigner } from '@gravity/shared/viewer/signed-identity'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { createSubgraph } from '../src/subgraph.ts'

/** Auth with its pages and its addresses for programs, as a browser and a program reach them. */
export interface ServedAuth {
  readonly auth: TestSubgraph
  /** Where it is reached; also its issuer. */
  readonly url: string
  /** Makes calls those of a router. */
  readonly signer: ReturnType<typeof createIdentitySigner>
  [Symbol.asyncDispose](): Promise<void>
}

const meshSecret = 'a mesh secret of more than thirty-two characters'

/** Opens auth with these variables on a database of its own, and serves it. */
export async function serveAuth(
  variables: Readonly<Record<string, string>> = {},
  options: { readonly port?: number; readonly host?: string } = {},
): Promise<ServedAuth> {
  const port = options.port ?? (await freePort())
  const { host = '127.0.0.1' } = options
  const url = `http://${host}:${port}`
  const before = { ...process.env }
  Object.assign(process.env, { ...variables, GRAVITY_PUBLIC_URL: url })
  const auth = await openTestSubgraph(createSubgraph, { seed: 'demo' })
  process.env = before
  const server = await serveSubgraph(auth.subgraph, {
    host: '127.0.0.1',
    port,
    meshSecret,
    log: silentLog,
  })
  return {
    auth,
    url,
    signer: createIdentitySigner({ secret: meshSecret }),
    async [Symbol.asyncDispose]() {
      await server.stop()
      await auth[Symbol.asyncDispose]()
    },
  }
}

export const administrator: Viewer = aViewer({ scopes: ['auth:read', 'auth:manage'] })

export interface RegisteredClient {
  readonly id: string
  readonly secret: string | undefined
}

export interface ClientFacts {
  readonly name?: string
  readonly kind?: 'PUBLIC' | 'CONFIDENTIAL' | 'SERVICE'
  readonly redirectUris?: readonly string[]
  readonly scopes?: readonly string[]
  readonly allowsPassword?: boolean
}

export async function registerClient(
  auth: TestSubgraph,
  facts: ClientFacts = {},
): Promise<RegisteredClient> {
  const data = await auth.answer<{
    registerOAuthClient: { client: { id: string }; secret: string | null; message?: string }
  }>(
    `mutation ($input: RegisterOAuthClientInput!) { registerOAuthClient(input: $input) {
      ... on OAuthClientRegistered { client { id } secret } ... on Problem { message } } }`,
    {
      viewer: administrator,
      variables: {
        input: {
          name: 'Shop window',
          kind: 'CONFIDENTIAL',
          redirectUris: [redirectUri],
          scopes: ['openid', 'email', 'offline_access', 'chat:read'],
          ...facts,
        },
      },
    },
  )
  const { client, message, secret } = data.registerOAuthClient
  if (message !== undefined) throw new Error(message)
  return { id: client.id, secret: secret ?? undefined }
}

/** Nobody listens there: what matters is where a browser is sent. */
export const redirectUri = 'https://shop.example/callback'
