import type { Database } from '@gravity/shared/database/open-database'
import { demoId } from '@gravity/shared/demo/demo-id'
import { demoPeople } from '@gravity/shared/demo/demo-people'
import { invariant } from '@gravity/shared/errors/invariant'
import { asSent, type MessageRow } from '../messages/message.entity.ts'
import { parseFilterWords } from '../moderation/word-filter.ts'
import { asOpened } from '../rooms/room.entity.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { DemoModeration, DemoRoom } from './demo-room.ts'
import { demoRooms } from './demo-rooms.ts'
import { seedDemoStatuses } from './demo-statuses.ts'

/**
 * Gives the demo people their rooms; those that exist stay as they are. The history is told to nobody: it is older than
 * every consumer of chat's events.
 */
export async function seedDemoRooms(database: Database<ChatStore, ChatReads>): Promise<void> {
  await database.transaction(async (store) => {
    await store.people.add(demoPeople.map((person) => person.id))
    for (const room of demoRooms) await seedRoom(store, room)
    await seedDemoStatuses(store)
  })
}

async function seedRoom(store: ChatStore, room: DemoRoom): Promise<void> {
  const createdAt = new Date(room.openedAt)
  const roomId = demoId(`room:${room.key}`, createdAt)
  const members = room.members.map(personId)
  const [owner] = members
  invariant(owner, 'a demo room has an owner')
  const messages = demoMessages(room, roomId)
  const moderators = new Set(room.moderation?.moderators.map(personId))
  const roleOf = (userId: string) => {
    if (userId === owner) return 'owner'
    return moderators.has(userId) ? 'moderator' : 'member'
  }
  const isNew = await store.rooms.insertOnce({
    ...asOpened,
    ...(room.channel && { ...room.channel, kind: 'channel' as const, joinRule: 'open' as const }),
    slowModeSeconds: room.moderation?.slowModeSeconds ?? 0,
    id: roomId,
    name: room.name,
    createdBy: owner,
    createdAt,
    memberCount: members.length,
    latestSequence: messages.length,
    lastMessageAt: messages.at(-1)?.sentAt ?? null,
    version: messages.length + 1,
  })
  if (!isNew) return
  await store.memberships.insertAll(
    members.map((userId) => ({
      roomId,
      userId,
      role: roleOf(userId),
      joinedAt: createdAt,
      visibleAfter: 0,
      leftAt: null,
    })),
  )
  await store.messages.insertAll(messages)
  if (room.moderation) await seedModeration(store, room.moderation, messages)
  // The owner has read everything and the others nearly so: each has something new to see.
  const latest = messages.length
  for (const userId of members) {
    const sequence = userId === owner ? latest : Math.max(latest - 3, 0)
    const at = messages.at(-1)?.sentAt ?? createdAt
    await store.readMarkers.raise({ roomId, userId, sequence, isPrivate: sequence === 0, at })
  }
}

async function seedModeration(
  store: ChatStore,
  { moderators: [moderator = ''], filters, report }: DemoModeration,
  messages: readonly MessageRow[],
): Promise<void> {
  const reported = messages[report.line - 1]
  invariant(reported, 'a demo report is about a message of its room')
  const { roomId, id: messageId, authorId, body: evidence, sentAt } = reported
  for (const [words, action] of filters) {
    const folded = parseFilterWords(words)
    invariant(folded, 'demo filters have words')
    const id = demoId(`filter:${roomId}:${folded}`, sentAt)
    const createdBy = personId(moderator)
    await store.wordFilters.set({ id, roomId, words, folded, action, createdBy, createdAt: sentAt })
  }
  await store.reports.add({
    id: demoId(`report:${messageId}`, sentAt),
    roomId,
    messageId,
    authorId,
    reporterId: personId(report.by),
    reason: 'spam',
    note: report.note,
    evidence,
    reportedAt: sentAt,
  })
}

function demoMessages(room: DemoRoom, roomId: string): MessageRow[] {
  const messages: MessageRow[] = []
  const filesByLine = new Map(room.files?.map(({ line, attachments }) => [line, attachments]))
  for (const { startsAt, lines } of room.conversations) {
    let moment = Date.parse(startsAt)
    for (const [author, secondsLater, body] of lines) {
      moment += secondsLater * 1_000
      const sequence = messages.length + 1
      const sentAt = new Date(moment)
      const id = demoId(`message:${room.key}:${sequence}`, sentAt)
      const authorId = personId(author)
      messages.push({
        ...asSent,
        id,
        roomId,
        sequence,
        authorId,
        clientMessageId: id,
        body,
        sentAt,
        attachments: [...(filesByLine.get(sequence) ?? [])],
      })
    }
  }
  return messages
}

function personId(name: string): string {
  const person = demoPeople.find(({ email }) => email.startsWith(`${name}@`))
  invariant(person, `nobody in the demo data is called ${name}`)
  return person.id
}
