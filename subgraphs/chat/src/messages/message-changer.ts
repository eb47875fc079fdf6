import { Turns } from '@gravity/shared/concurrency/turns'
import type { Database } from '@gravity/shared/database/open-database'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import type { VisibleRoomRow } from '../rooms/room.repository.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { MessageRow } from './message.entity.ts'
import type { MessagePatch } from './message.repository.ts'
import { type MessageNotFound, messageNotFound } from './message-problems.ts'

export interface MessageChangerDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
}

/** A message that is about to change, in its room, whose lock is held. */
export interface Change {
  readonly room: VisibleRoomRow
  readonly message: MessageRow
  /** The `aggregateVersion` of an event that tells the change. */
  readonly version: number
}

interface ProblemValue {
  readonly __typename: string
}

/** What becomes of the message: a patch (an empty one when only something attached to it has changed), or null for nothing. */
export type ChangeWork<Problem extends ProblemValue> = (
  store: ChatStore,
  change: Change,
) => Promise<MessagePatch | Problem | null>

/** The one way in which a message changes after it was sent: in order within its room, and told to its feeds. */
export class MessageChanger {
  readonly #deps: MessageChangerDeps
  readonly #turns = new Turns()

  constructor(deps: MessageChangerDeps) {
    this.#deps = deps
  }

  /** Resolves to the message as it is then. Only members of its room get as far as `work`. */
  async change<Problem extends ProblemValue = never>(
    viewer: Viewer,
    givenId: string,
    work: ChangeWork<Problem>,
  ): Promise<MessageRow | MessageNotFound | Problem> {
    const messageId = givenId.toLowerCase()
    if (!isUuid(messageId)) return messageNotFound
    const { database, hints } = this.#deps
    const outcome = await this.#turns.take(messageId, () =>
      database.transaction(async (store) => {
        const room = await store.rooms.lockForReader(messageId, viewer.userId)
        const message = room && (await store.messages.inRoom(room.id, messageId))
        if (!message) return messageNotFound
        const patch = await work(store, { room, message, version: room.version + 1 })
        if (patch === null) return { message, membersVersion: undefined }
        if ('__typename' in patch) return patch
        const changed = await store.messages.change(message, patch)
        return { message: changed, membersVersion: room.membersVersion }
      }),
    )
    if ('__typename' in outcome) return outcome
    const { message, membersVersion } = outcome
    if (membersVersion !== undefined) hints.messageChanged(message, membersVersion)
    return message
  }
}
