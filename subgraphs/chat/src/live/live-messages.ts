import { GravityError } from '@gravity/shared/errors/gravity-error'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import DataLoader from 'dataloader'
import type { MessageRow } from '../messages/message.entity.ts'
import type { MemberReceipt } from '../receipts/read-marker.repository.ts'
import type { MemberPosition, MembershipKey, RoomReads } from '../rooms/room.repository.ts'
import { roomNotFound } from '../rooms/room-problems.ts'
import type { FeedLease } from './feed-stream.ts'
import { MessageStream } from './message-stream.ts'
import type { RoomFeeds } from './room-feeds.ts'
import type { RoomSignal, RoomSignals, SignalListener, TypingSignal } from './room-signals.ts'
import { SignalStream } from './signal-stream.ts'

export interface LiveMessagesDeps {
  readonly rooms: Pick<RoomReads, 'positionsForMembers'>
  readonly feeds: RoomFeeds
}

export interface ListenInput {
  readonly roomId: string
  readonly afterSequence?: number | null | undefined
}

export interface ListenToChangesInput {
  readonly roomId: string
  readonly afterChange?: number | null | undefined
}

interface Listening {
  readonly roomId: string
  readonly track: 'messages' | 'changes'
  readonly after: number | null | undefined
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
  listen(viewer: Viewer, input: ListenInput): Promise<AsyncIterableIterator<MessageRow>> {
    const { roomId, afterSequence: after } = input
    return this.#open(viewer, { roomId, after, track: 'messages' })
  }

  /** Every message that has changed after `afterChange`, or from now on, as it is then. NOT_FOUND likewise. */
  listenToChanges(
    viewer: Viewer,
    input: ListenToChangesInput,
  ): Promise<AsyncIterableIterator<MessageRow>> {
    const { roomId, afterChange: after } = input
    return this.#open(viewer, { roomId, after, track: 'changes' })
  }

  /** How far members read, from now on. NOT_FOUND likewise. */
  listenToReceipts(viewer: Viewer, roomId: string): Promise<AsyncIterableIterator<MemberReceipt>> {
    return this.#join(viewer, roomId, (lease, { userId }) => {
      const listen = (signals: RoomSignals, listener: SignalListener<'receipt'>) =>
        signals.onReceipt(listener)
      return new SignalStream<'receipt'>({ lease, userId, listen })
    })
  }

  /** Who is writing, whenever that changes. NOT_FOUND likewise. */
  listenToTyping(viewer: Viewer, roomId: string): Promise<AsyncIterableIterator<TypingSignal>> {
    return this.#join(viewer, roomId, (lease, { userId }) => {
      const listen = (signals: RoomSignals, listener: SignalListener<'typing'>) =>
        signals.onTyping(listener)
      return new SignalStream<'typing'>({ lease, userId, listen })
    })
  }

  /** The room's id whenever its name, members or roles change. NOT_FOUND likewise. */
  listenToRoom(viewer: Viewer, roomId: string): Promise<AsyncIterableIterator<RoomSignal>> {
    return this.#join(viewer, roomId, (lease, { userId }) => {
      const listen = (signals: RoomSignals, listener: SignalListener<'room'>) =>
        signals.onRoom(listener)
      return new SignalStream<'room'>({ lease, userId, listen })
    })
  }

  /** Whatever else follows the members of a room. NOT_FOUND likewise. */
  watchMembers<Stream>(
    viewer: Viewer,
    roomId: string,
    open: (lease: FeedLease) => Stream,
  ): Promise<Stream> {
    return this.#join(viewer, roomId, open)
  }

  #open(viewer: Viewer, listening: Listening): Promise<MessageStream> {
    const { track } = listening
    return this.#join(viewer, listening.roomId, (lease, position) => {
      const after = startOf(listening, position)
      return new MessageStream({ lease, userId: position.userId, after, track })
    })
  }

  async #join<Stream>(
    { userId }: Viewer,
    givenId: string,
    open: (lease: FeedLease, position: MemberPosition) => Stream,
  ): Promise<Stream> {
    const roomId = givenId.toLowerCase()
    const position = isUuid(roomId) ? await this.#positions.load({ roomId, userId }) : null
    if (!position) throw new GravityError('NOT_FOUND', roomNotFound.message)
    const lease = await this.#feeds.lease(roomId)
    try {
      await lease.feed.reach(position)
      return open(lease, position)
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

function startOf({ after, track }: Listening, position: MemberPosition): number {
  const [argument, latest] =
    track === 'messages'
      ? (['afterSequence', position.latestSequence] as const)
      : (['afterChange', position.latestChange] as const)
  if (after == null) return latest
  if (track === 'messages' && after >= 0 && after < position.visibleAfter) {
    return position.visibleAfter
  }
  if (after < 0 || after > latest) {
    throw new GravityError(
      'BAD_USER_INPUT',
      `\`${argument}\` is from 0 to the room’s latest, ${latest}, not ${after}: read the room again.`,
    )
  }
  return after
}
