import { Turns } from '@gravity/shared/concurrency/turns'
import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { messageSent, peopleMentioned } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import { type RoomNotFound, roomNotFound } from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { mentionedMembers } from './mentioned-members.ts'
import { type Mentioned, parseMentions } from './mentions.ts'
import { asSent, type MessageRow } from './message.entity.ts'
import type { NewMessageRow } from './message.repository.ts'
import { messageFault, type NewMessage } from './message-input.ts'
import { type MessageNotFound, messageNotFound } from './message-problems.ts'

export interface MessageServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly newId: () => string
  readonly now: () => Date
}

interface Draft {
  readonly message: NewMessageRow
  readonly mentioned: Mentioned
}

interface Sent {
  readonly message: MessageRow
  readonly membersVersion: number
}

type SendProblem = RoomNotFound | MessageNotFound | InvalidInput

export class MessageService {
  readonly #deps: MessageServiceDeps
  readonly #turns = new Turns()

  constructor(deps: MessageServiceDeps) {
    this.#deps = deps
  }

  /** Sending again what has been sent returns the first message, and tells the room's feeds of it once more. */
  async send(viewer: Viewer, input: NewMessage): Promise<MessageRow | SendProblem> {
    const draft = this.#draft(viewer, input)
    if ('__typename' in draft) return draft
    // Within a room they wait for each other anyway: here, without holding a database connection.
    const sent = await this.#turns.take(draft.message.roomId, () =>
      this.#deps.database.transaction((store) => append(store, draft)),
    )
    if ('__typename' in sent) return sent
    this.#deps.hints.messageSent(sent.message, sent.membersVersion)
    return sent.message
  }

  #draft(viewer: Viewer, input: NewMessage): Draft | SendProblem {
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const replyToId = input.replyToId?.toLowerCase() ?? null
    if (replyToId !== null && !isUuid(replyToId)) return messageNotFound
    const fault = messageFault(input)
    if (fault) return fault
    const mentioned = parseMentions(input.body, input.mentionIds)
    if ('__typename' in mentioned) return mentioned
    const message = {
      ...asSent,
      id: this.#deps.newId(),
      roomId,
      authorId: viewer.userId,
      clientMessageId: input.clientMessageId,
      body: input.body,
      sentAt: this.#deps.now(),
      replyToId,
    }
    return { message, mentioned }
  }
}

/** The message in its place, or the one sent earlier. */
async function append(store: ChatStore, draft: Draft): Promise<Sent | SendProblem> {
  const { roomId, authorId, clientMessageId } = draft.message
  const room = await store.rooms.lockForMember(roomId, authorId)
  if (!room) return roomNotFound
  const { membersVersion } = room
  const message = await complete(store, draft)
  if ('__typename' in message) return message
  const placed = await store.messages.append(message)
  if (!placed) {
    const earlier = await store.messages.byClientId(roomId, authorId, clientMessageId)
    return earlier ? { message: earlier, membersVersion } : roomNotFound
  }
  await tell(store, placed, room.version + 1)
  return { message: placed, membersVersion }
}

/** Finds the thread of a reply, and who is mentioned. */
async function complete(
  store: ChatStore,
  { message, mentioned }: Draft,
): Promise<NewMessageRow | MessageNotFound | InvalidInput> {
  const { roomId, authorId, replyToId } = message
  const repliedTo = replyToId === null ? null : await store.messages.inRoom(roomId, replyToId)
  if (repliedTo === undefined) return messageNotFound
  const mentionIds = await mentionedMembers(store, roomId, mentioned)
  if ('__typename' in mentionIds) return mentionIds
  return {
    ...message,
    threadId: repliedTo && (repliedTo.threadId ?? repliedTo.id),
    mentionIds: mentionIds.filter((id) => id !== authorId),
  }
}

async function tell(store: ChatStore, message: MessageRow, version: number): Promise<void> {
  const { roomId, id, sequence, authorId, mentionIds } = message
  const payload = { roomId, messageId: id, sequence, authorId }
  const event = { aggregateId: roomId, aggregateVersion: version }
  await store.outbox.add(messageSent, { ...event, payload })
  if (mentionIds.length === 0) return
  await store.outbox.add(peopleMentioned, {
    ...event,
    payload: { ...payload, userIds: mentionIds },
  })
}
