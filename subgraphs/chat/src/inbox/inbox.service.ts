import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { InboxPosition, InboxReads } from './inbox.repository.ts'
import type { InboxHub } from './inbox-hub.ts'
import { InboxStream } from './inbox-stream.ts'

export interface InboxServiceDeps {
  readonly hub: InboxHub
  readonly reads: Pick<InboxReads, 'missed' | 'missedChanges'>
}

/** How far a client has come in one room. */
export interface RoomProgress {
  readonly roomId: string
  readonly sequence: number
  readonly change?: number | null | undefined
  readonly lastRead?: number | null | undefined
}

const mostRooms = 5_000

/** Opens the inboxes of people. */
export class InboxService {
  readonly #deps: InboxServiceDeps

  constructor(deps: InboxServiceDeps) {
    this.#deps = deps
  }

  /** From now on; with `after`, first what has become of the rooms since. */
  async open(
    { userId }: Viewer,
    after: readonly RoomProgress[] | null | undefined,
  ): Promise<InboxStream> {
    if (after && after.length > mostRooms) {
      throw new GravityError('BAD_USER_INPUT', `\`after\` names at most ${mostRooms} rooms.`)
    }
    const { hub, reads } = this.#deps
    const { person, positions, release } = await hub.join(userId)
    try {
      const progress = after && new Map(after.map((room) => [room.roomId.toLowerCase(), room]))
      for (const position of positions) refuseTheFuture(progress?.get(position.roomId), position)
      const hasEnded = () => hub.hasEnded
      const stream = new InboxStream({ person, reads, hasEnded, release })
      for (const position of positions) begin(stream, position, progress)
      const present = new Set(positions.map(({ roomId }) => roomId))
      for (const roomId of progress?.keys() ?? []) {
        if (!present.has(roomId)) stream.signal({ __typename: 'InboxRoomRemoved', roomId })
      }
      return stream
    } catch (error) {
      release()
      throw error
    }
  }
}

function begin(
  stream: InboxStream,
  position: InboxPosition,
  progress: ReadonlyMap<string, RoomProgress> | null | undefined,
): void {
  const { roomId, latestSequence, latestChange, lastRead } = position
  const known = progress?.get(roomId)
  if (progress && !known) stream.signal({ __typename: 'InboxRoomAdded', roomId })
  if (known?.lastRead != null && known.lastRead !== lastRead) {
    stream.signal({ __typename: 'InboxRoomRead', roomId })
  }
  stream.startAt(roomId, {
    sequence: known?.sequence ?? latestSequence,
    change: known?.change ?? latestChange,
  })
}

function refuseTheFuture(known: RoomProgress | undefined, position: InboxPosition): void {
  if (!known) return
  const { latestSequence, latestChange, roomId } = position
  const { sequence, change } = known
  const isPast = (number: number, latest: number) => number >= 0 && number <= latest
  if (isPast(sequence, latestSequence) && isPast(change ?? 0, latestChange)) return
  throw new GravityError(
    'BAD_USER_INPUT',
    `The room ${roomId} has come to sequence ${latestSequence} and change ${latestChange}: read it again.`,
  )
}
