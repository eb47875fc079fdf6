import { GravityError } from '@gravity/shared/errors/gravity-error'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import DataLoader from 'dataloader'
import type { MessageRow } from '../messages/message.entity.ts'
import type {
  MemberPosition,
  MembershipKey,
  RoomPosition,
  RoomReads,
} from '../rooms/room.repository.ts'
import { roomNotFound } from '../rooms/room-problems.ts'
import { MessageStream } from './message-stream.ts'
import type { RoomFeeds } from './room-feeds.ts'

export interface LiveMessagesDeps {
  readonly rooms: Pick<RoomReads, 'positionsForMembers'>
  readonly feeds: RoomFeeds
}

export interface ListenInput {
  readonly roomId: string
  readonly afterSequence?: number | null | undefined
}

/** Opens the streams of messages that members listen to. */
export class LiveMessages {
  readonly #feeds: RoomFeeds
  readonly #positions: DataLoader<MembershipKey, MemberPosition | null>

  constructor(deps: LiveMessagesDeps) {
    this.#feeds = deps.feeds
    this.#positions = batchPositions(deps.rooms)
  }

  /** Every message after `afterSequence`, or from now on. Throws NOT_FOUND for everybody but members. */
  async listen(viewer: Viewer, input: ListenInput): Promise<AsyncIterableIterator<MessageRow>> {
    const roomId = input.roomId.toLowerCase()
    const position = isUuid(roomId)
      ? await this.#positions.load({ roomId, userId: viewer.userId })
      : null
    if (!position) throw new GravityError('NOT_FOUND', roomNotFound.message)
    const after = startOf(input.afterSequence, position)
    const lease = await this.#feeds.lease(roomId)
    try {
      await lease.feed.reach(position)
      return new MessageStream({ lease, userId: viewer.userId, after })
    } catch (error) {
      lease.release()
      throw error
    }
  }
}

/**
 * After a restart all clients come back at once: those of one turn of the event loop are checked by one statement.
 * Nothing is kept, every subscription is checked anew.
 */
function batchPositions(rooms: LiveMessagesDeps['rooms']) {
  const keyOf = ({ roomId, userId }: MembershipKey) => `${roomId}:${userId}`
  return new DataLoader<MembershipKey, MemberPosition | null>(
    async (keys) => {
      const rows = await rooms.positionsForMembers(keys)
      const byKey = new Map(rows.map((row) => [keyOf(row), row]))
      return keys.map((key) => byKey.get(keyOf(key)) ?? null)
    },
    { cache: false, maxBatchSize: 1_000, batchScheduleFn: (run) => setImmediate(run) },
  )
}

function startOf(afterSequence: number | null | undefined, position: RoomPosition): number {
  const { latestSequence } = position
  if (afterSequence == null) return latestSequence
  if (afterSequence < 0 || afterSequence > latestSequence) {
    throw new GravityError(
      'BAD_USER_INPUT',
      `\`afterSequence\` is from 0 to the room’s latest sequence, ${latestSequence}, not ${afterSequence}: read the room again.`,
    )
  }
  return afterSequence
}
