import type { Database } from '@gravity/shared/database/open-database'
import { demoId } from '@gravity/shared/demo/demo-id'
import { demoPeople } from '@gravity/shared/demo/demo-people'
import { invariant } from '@gravity/shared/errors/invariant'
import { asSent, type MessageRow } from '../messages/message.entity.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { DemoRoom } from './demo-room.ts'
import { demoRooms } from './demo-rooms.ts'

/**
 * Gives the demo people their rooms; those that exist stay as they are. The history is told to nobody: it is older than
 * every consumer of chat's events.
 */
export async function seedDemoRooms(database: Database<ChatStore, ChatReads>): Promise<void> {
  await database.transaction(async (store) => {
    await store.people.add(demoPeople.map((person) => person.id))
    for (const room of demoRooms) await seedRoom(store, room)
  })
}

async function seedRoom(store: ChatStore, room: DemoRoom): Promise<void> {
  const createdAt = new Date(room.openedAt)
  const roomId = demoId(`room:${room.key}`, createdAt)
  const members = room.members.map(personId)
  const [owner] = members
  invariant(owner, 'a demo room has an owner')
  const messages = demoMessages(room, roomId)
  const isNew = await store.rooms.insertOnce({
    id: roomId,
    name: room.name,
    createdBy: owner,
    createdAt,
    memberCount: members.length,
    membersVersion: 1,
    latestSequence: messages.length,
    latestChange: 0,
    lastMessageAt: messages.at(-1)?.sentAt ?? null,
    version: messages.length + 1,
  })
  if (!isNew) return
  await store.memberships.insertAll(
    members.map((userId) => ({
      roomId,
      userId,
      role: userId === owner ? 'owner' : 'member',
      joinedAt: createdAt,
      leftAt: null,
    })),
  )
  await store.messages.insertAll(messages)
  // The owner has read everything and the others nearly so: each has something new to see.
  const latest = messages.length
  for (const userId of members) {
    const sequence = userId === owner ? latest : Math.max(latest - 3, 0)
    const at = messages.at(-1)?.sentAt ?? createdAt
    await store.readMarkers.raise({ roomId, userId, sequence, isPrivate: sequence === 0, at })
  }
}

function demoMessages(room: DemoRoom, roomId: string): MessageRow[] {
  const messages: MessageRow[] = []
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
