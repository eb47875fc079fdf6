import type { Cache } from '@gravity/shared/cache/cache'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import DataLoader from 'dataloader'
import type { LiveMessages } from '../live/live-messages.ts'
import type { SettingsRow } from '../people/settings.repository.ts'
import type { Acquaintance, AcquaintanceReads } from './acquaintance.repository.ts'
import { AttendedStream } from './attended-stream.ts'
import type { PresenceBoard, PresenceStatus } from './presence-board.ts'
import { PresenceStream } from './presence-stream.ts'

export interface PresenceServiceDeps {
  readonly board: PresenceBoard
  readonly acquaintances: AcquaintanceReads
  readonly live: Pick<LiveMessages, 'watchMembers'>
  readonly cache: Cache
}

export interface WatchInput {
  readonly roomId?: string | null | undefined
  readonly userIds?: readonly string[] | null | undefined
}

/** What one person sees of another. */
export interface SeenPerson {
  readonly userId: string
  readonly isSelf: boolean
}

const mostPeople = 200
/** How long somebody counts as there who says so and has nothing open. */
const reportLastsMs = 90_000
const rememberedSeconds = 30 * 24 * 3_600

export class PresenceService {
  readonly #deps: PresenceServiceDeps
  readonly #acquaintances: DataLoader<Acquaintance, boolean>

  constructor(deps: PresenceServiceDeps) {
    this.#deps = deps
    this.#acquaintances = batchAcquaintances(deps.acquaintances)
  }

  /** Whoever reads the stream is there for as long as it is open. */
  attend<Value>(
    { userId }: Viewer,
    stream: AsyncIterable<Value>,
  ): AsyncIterableIterator<Value, undefined> {
    return new AttendedStream(stream, this.#deps.board.arrive(userId))
  }

  /** The viewer has done something. */
  note({ userId }: Viewer): void {
    this.#deps.board.act(userId)
  }

  /** The viewer says that they are there, with or without anything open. */
  report({ userId }: Viewer): void {
    this.#deps.board.act(userId, reportLastsMs)
  }

  /** Changes from now on, of the members of a room or of the people named, as far as the viewer may see them. */
  async watch(viewer: Viewer, input: WatchInput): Promise<PresenceStream> {
    const { roomId, userIds } = input
    if ((roomId == null) === (userIds == null)) {
      throw new GravityError('BAD_USER_INPUT', 'Name either a room or people.')
    }
    return roomId == null
      ? this.#watchPeople(viewer, userIds ?? [])
      : this.#watchRoom(viewer, roomId)
  }

  statusOf({ userId, isSelf }: SeenPerson, settings: SettingsRow | null): PresenceStatus {
    if (settings?.isInvisible && !isSelf) return 'offline'
    return this.#deps.board.statusOf(userId, { isSelf })
  }

  /** When somebody was active last who lets others know; null when it is not known, or not to be. */
  async lastActiveAt(person: SeenPerson, settings: SettingsRow | null): Promise<Date | null> {
    const { userId, isSelf } = person
    if (settings && !isSelf && (settings.isInvisible || !settings.sharesLastActive)) return null
    const { board, cache } = this.#deps
    const now = board.activeAt(userId, { isSelf })
    if (now) return now
    const remembered = await cache.get<number>(lastActiveKey(userId))
    return remembered === undefined ? null : new Date(remembered)
  }

  async #watchRoom(viewer: Viewer, roomId: string): Promise<PresenceStream> {
    const { board, live } = this.#deps
    return live.watchMembers(viewer, roomId, ({ feed, release }) => {
      const stream = new PresenceStream({
        board,
        isWanted: (userId) => feed.isMember(userId),
        maySee: (userId) => this.#maySee(viewer, userId),
        isOver: () => feed.ended || !feed.isMember(viewer.userId),
        release: () => {
          feed.leave(stream)
          release()
        },
      })
      feed.join(stream)
      return stream
    })
  }

  #watchPeople(viewer: Viewer, userIds: readonly string[]): PresenceStream {
    if (userIds.length > mostPeople || userIds.some((id) => !isUuid(id))) {
      throw new GravityError('BAD_USER_INPUT', `\`userIds\` names at most ${mostPeople} people.`)
    }
    const wanted = new Set(userIds.map((id) => id.toLowerCase()))
    return new PresenceStream({
      board: this.#deps.board,
      isWanted: (userId) => wanted.has(userId),
      maySee: (userId) => this.#maySee(viewer, userId),
      isOver: () => false,
      release: () => undefined,
    })
  }

  #maySee({ userId: viewerId }: Viewer, personId: string): Promise<boolean> {
    return this.#acquaintances.load({ viewerId, personId })
  }
}

/** Remembers when somebody was active last, for as long as the cache does; nothing is stored. */
export function rememberActivity(cache: Cache, userId: string, activeAt: Date): Promise<boolean> {
  const ttlSeconds = rememberedSeconds
  return cache.set(lastActiveKey(userId), activeAt.getTime(), { ttlSeconds })
}

function lastActiveKey(userId: string): string {
  return `chat.last-active.${userId}`
}

/** Changes that many readers hear of at once are checked together. Nothing is kept. */
function batchAcquaintances(reads: AcquaintanceReads): DataLoader<Acquaintance, boolean> {
  const keyOf = ({ viewerId, personId }: Acquaintance) => `${viewerId}:${personId}`
  return new DataLoader<Acquaintance, boolean>(
    async (pairs) => {
      const known = new Set((await reads.among(pairs)).map(keyOf))
      return pairs.map((pair) => known.has(keyOf(pair)))
    },
    { cache: false, maxBatchSize: 1_000, batchScheduleFn: (run) => setImmediate(run) },
  )
}
