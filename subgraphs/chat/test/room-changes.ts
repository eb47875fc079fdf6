import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'

/** What a mutation answers: a success or a problem, with what was selected of it. */
export interface Outcome {
  readonly __typename: string
  readonly code?: string
  readonly id?: string
  readonly [field: string]: unknown
}

/** Says a wish of one person, by the name of its mutation; `fields` is selected besides the problem's code. */
export function wishes(chat: TestSubgraph) {
  return async (
    viewer: Viewer,
    name: string,
    { fields = '', ...input }: { readonly fields?: string; readonly [field: string]: unknown },
  ): Promise<Outcome> => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
    const data = await chat.answer<Record<string, Outcome>>(
      `mutation ($input: ${type}!) {
        ${name}(input: $input) { __typename ... on Problem { code } ${fields} }
      }`,
      { viewer, variables: { input } },
    )
    return data[name] ?? { __typename: 'nothing' }
  }
}

/** The room as the viewer sees it; null when they do not. */
export async function seenRoom(
  chat: TestSubgraph,
  viewer: Viewer,
  { id, fields }: { readonly id: string; readonly fields: string },
): Promise<Record<string, unknown> | null> {
  const data = await chat.answer<{ room: Record<string, unknown> | null }>(
    `query ($id: ID!) { room(id: $id) { ${fields} } }`,
    { viewer, variables: { id } },
  )
  return data.room
}

/** The bodies that the viewer reads in a room, the oldest first. */
export async function bodiesOf(
  chat: TestSubgraph,
  viewer: Viewer,
  id: string,
): Promise<(string | null)[] | null> {
  const data = await chat.answer<{
    room: { messages: { nodes: { body: string | null }[] } } | null
  }>('query ($id: ID!) { room(id: $id) { messages(last: 100) { nodes { body } } } }', {
    viewer,
    variables: { id },
  })
  return data.room?.messages.nodes.map((message) => message.body) ?? null
}

/** The payloads of a room's events of one name, in order. */
export async function toldOf(chat: TestSubgraph, roomId: string, name: string): Promise<unknown[]> {
  const rows = await chat.sql<{ payload: unknown }>(
    'select payload from outbox where aggregate_id = $1 and name = $2 order by position',
    [roomId, name],
  )
  return rows.map((row) => row.payload)
}
