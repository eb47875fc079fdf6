import { type Client, createClient } from 'graphql-ws'
import WebSocket from 'ws'

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

/** Somebody who uses the platform over its public address, with public clients. */
export interface Person extends Tokens {
  readonly id: string
  readonly displayName: string
  ask<Data>(query: string, variables?: object): Promise<{ data: Data; errors?: GraphError[] }>
  socket(): Client
}

export interface GraphError {
  readonly message: string
  readonly path?: (string | number)[]
  readonly extensions: { readonly code: string; readonly requestId?: string }
}

export async function post<Data>(
  url: string,
  body: object | string,
  headers: Record<string, string> = {},
): Promise<{ status: number; data: Data; errors?: GraphError[] }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  // The test names the shape of the data that it asked for.
  const answer = (await response.json()) as { data: Data; errors?: GraphError[] }
  return { status: response.status, ...answer }
}

let people = 0

/** Registers somebody. The name comes back from another service in the same answer. */
export async function arrives(url: string, displayName: string): Promise<Person> {
  people += 1
  const { data } = await post<{ register: Tokens & { user: { id: string; displayName: string } } }>(
    url,
    {
      query: `mutation ($input: RegisterInput!) {
        register(input: $input) {
          ... on Session { accessToken refreshToken user { id displayName } }
          ... on Problem { code message }
        }
      }`,
      variables: {
        input: {
          email: `${Date.now()}-${people}@example.org`,
          password: 'correct horse battery',
          displayName,
        },
      },
    },
  )
  const { accessToken, refreshToken, user } = data.register
  return {
    ...user,
    accessToken,
    refreshToken,
    ask: (query, variables) =>
      post(url, { query, variables }, { authorization: `Bearer ${accessToken}` }),
    socket: () =>
      createClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${accessToken}` },
        retryAttempts: 0,
        lazy: true,
      }),
  }
}

/** Collects what a subscription delivers. */
export interface Listening<Data> {
  readonly received: Data[]
  /** Resolves when the stream has ended; to the close event or error when it did not end by itself. */
  readonly ended: Promise<unknown>
  stop(): void
}

export function listens<Data>(
  client: Client,
  query: string,
  variables: Record<string, unknown>,
): Listening<Data> {
  const received: Data[] = []
  const { promise: ended, resolve } = Promise.withResolvers<unknown>()
  const stop = client.subscribe(
    { query, variables },
    {
      // The test names the shape of the data that it asked for.
      next: (result) => void received.push((result.data ?? result) as Data),
      error: resolve,
      complete: () => resolve(undefined),
    },
  )
  return { received, ended, stop }
}
