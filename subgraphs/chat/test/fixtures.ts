import { profileCreated } from '@gravity/shared/events/contracts/users'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { deliverEvent } from '@gravity/shared/testing/deliver-event'
import { eventually } from '@gravity/shared/testing/eventually'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'

/** The event of a new profile, as the users service tells it, delivered and applied. */
export async function arrive(
  chat: TestSubgraph,
  viewer: Viewer,
  { times = 1 } = {},
): Promise<void> {
  await deliverEvent(chat.platform, 'chat', {
    contract: profileCreated,
    payload: { userId: viewer.userId, username: 'somebody', displayName: 'Somebody' },
    aggregateId: viewer.userId,
    times,
  })
  const queue = chat.platform.queues.queue('events.chat')
  await eventually(async () => {
    const { active, delayed, waiting } = await queue.counts()
    if (active + delayed + waiting > 0) throw new Error('the event is still on its way')
  })
}

/** People whom rooms may bring in. */
export async function people(chat: TestSubgraph, count: number): Promise<Viewer[]> {
  const viewers = Array.from({ length: count }, () => aViewer())
  await chat.sql('insert into known_people (id) select unnest($1::uuid[])', [
    viewers.map((viewer) => viewer.userId),
  ])
  return viewers
}

export async function createRoom(
  chat: TestSubgraph,
  owner: Viewer,
  members: readonly Viewer[] = [],
): Promise<string> {
  const data = await chat.answer<{ createRoom: { id: string } }>(
    'mutation ($input: CreateRoomInput!) { createRoom(input: $input) { ... on Room { id } } }',
    {
      viewer: owner,
      variables: { input: { name: 'A room', memberIds: members.map((member) => member.userId) } },
    },
  )
  return data.createRoom.id
}

export interface SentMessage {
  readonly __typename: string
  readonly id: string
  readonly sequence: number
  readonly body: string | null
  readonly field?: string
}

let sent = 0

/** What `sendMessage` answers; a message with its own clientMessageId unless told otherwise. */
export async function send(
  chat: TestSubgraph,
  viewer: Viewer,
  input: {
    readonly roomId: string
    readonly body?: string
    readonly clientMessageId?: string
    readonly replyToId?: string
    readonly mentionIds?: readonly string[]
  },
): Promise<SentMessage> {
  sent += 1
  const data = await chat.answer<{ sendMessage: SentMessage }>(
    `mutation ($input: SendMessageInput!) {
      sendMessage(input: $input) {
        __typename
        ... on Message { id sequence body }
        ... on InvalidInput { field }
      }
    }`,
    {
      viewer,
      variables: { input: { body: `message ${sent}`, clientMessageId: `test-${sent}`, ...input } },
    },
  )
  return data.sendMessage
}

/** What `changeMemberRole` answers. */
export async function setRole(
  chat: TestSubgraph,
  viewer: Viewer,
  input: {
    readonly roomId: string
    readonly userId: string
    readonly role: 'OWNER' | 'MODERATOR' | 'MEMBER'
  },
): Promise<object> {
  const data = await chat.answer<{ changeMemberRole: object }>(
    `mutation ($input: ChangeMemberRoleInput!) {
      changeMemberRole(input: $input) { __typename ... on Problem { code } }
    }`,
    { viewer, variables: { input } },
  )
  return data.changeMemberRole
}

/** A room's past: `count` messages of one author, written down without being told. */
export async function history(
  chat: TestSubgraph,
  author: Viewer,
  past: { readonly roomId: string; readonly count: number },
): Promise<void> {
  await chat.sql(
    `with room as (
       update rooms set latest_sequence = $3, last_message_at = now() where id = $1 returning id)
     insert into messages (id, room_id, sequence, author_id, client_message_id, body, sent_at)
     select gen_random_uuid(), room.id, place, $2, 'past-' || place, 'past ' || place, now()
     from room, generate_series(1, $3::integer) as place`,
    [past.roomId, author.userId, past.count],
  )
}

export async function leave(chat: TestSubgraph, viewer: Viewer, roomId: string): Promise<object> {
  const data = await chat.answer<{ leaveRoom: object }>(
    `mutation ($input: LeaveRoomInput!) {
      leaveRoom(input: $input) {
        __typename
        ... on RoomLeft { roomId }
        ... on Problem { code }
      }
    }`,
    { viewer, variables: { input: { roomId } } },
  )
  return data.leaveRoom
}

/** What `addRoomMembers` answers. */
export async function addMembers(
  chat: TestSubgraph,
  viewer: Viewer,
  input: { readonly roomId: string; readonly memberIds: readonly string[] },
): Promise<object> {
  const data = await chat.answer<{ addRoomMembers: object }>(
    `mutation ($input: AddRoomMembersInput!) {
      addRoomMembers(input: $input) { __typename ... on Problem { code } }
    }`,
    { viewer, variables: { input } },
  )
  return data.addRoomMembers
}

/** What `markRoomRead` answers. */
export async function markRead(
  chat: TestSubgraph,
  viewer: Viewer,
  input: { readonly roomId: string; readonly sequence: number; readonly private?: boolean },
): Promise<object> {
  const data = await chat.answer<{ markRoomRead: object }>(
    `mutation ($input: MarkRoomReadInput!) {
      markRoomRead(input: $input) {
        __typename
        ... on Room { viewerLastRead unreadCount unreadMentionCount }
        ... on Problem { code }
      }
    }`,
    { viewer, variables: { input } },
  )
  return data.markRoomRead
}

export interface RoomPageData {
  readonly nodes: readonly { readonly id: string }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** The ids of a list, read two at a time until it ends. */
export async function readPages(
  readPage: (after: string | null) => Promise<RoomPageData>,
): Promise<string[]> {
  const ids: string[] = []
  let after: string | null = null
  do {
    const page: RoomPageData = await readPage(after)
    ids.push(...page.nodes.map((node) => node.id))
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  } while (after)
  return ids
}
