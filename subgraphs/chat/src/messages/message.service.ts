import { Turns } from '@gravity/shared/concurrency/turns'
import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { messageSent } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import { type RoomNotFound, roomNotFound } from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { MessageRow } from './message.entity.ts'
import { messageFault, type NewMessage } from './message-input.ts'

export interface MessageServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly newId: () => string
  readonly now: () => Date
}

interface Sent {
  readonly message: MessageRow
  readonly membersVersion: number
}

export class MessageService {
  readonly #deps: MessageServiceDeps
  readonly #turns = new Turns()

  constructor(deps: MessageServiceDeps) {
    this.#deps = deps
  }

  /** Sending again what has been sent returns the first message, and tells the room's feeds of it once more. */
  async send(viewer: Viewer, input: NewMessage): Promise<MessageRow | RoomNotFound | InvalidInput> {
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const fault = messageFault(input)
    if (fault) return fault
    const message = {
      id: this.#deps.newId(),
      roomId,
      authorId: viewer.userId,
      clientMessageId: input.clientMessageId,
      body: input.body,
      sentAt: this.#deps.now(),
    }
    // Within a room they wait for each other anyway: here, without holding a database connection.
    const sent = await this.#turns.take(roomId, () =>
      this.#deps.database.transaction((store) => append(store, message)),
    )
    if (!sent) return roomNotFound
    this.#deps.hints.messageSent(sent.message, sent.membersVersion)
    return sent.message
  }
}

/** The message in its place, or the one sent earlier; undefined when the author is not a member. */
async function append(
  store: ChatStore,
  message: Omit<MessageRow, 'sequence'>,
): Promise<Sent | undefined> {
  const { roomId, authorId, clientMessageId } = message
  const room = await store.rooms.lockForMember(roomId, authorId)
  if (!room) return undefined
  const { membersVersion } = room
  const placed = await store.messages.append(message)
  if (!placed) {
    const earlier = await store.messages.byClientId(roomId, authorId, clientMessageId)
    return earlier && { message: earlier, membersVersion }
  }
  await store.outbox.add(messageSent, {
    aggregateId: roomId,
    aggregateVersion: room.version + 1,
    payload: { roomId, messageId: placed.id, sequence: placed.sequence, authorId },
  })
  return { message: placed, membersVersion }
}
