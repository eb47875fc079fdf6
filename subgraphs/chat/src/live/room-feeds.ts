import type { Logger } from '@gravity/shared/log/logger'
import type { PubSub, PubSubSubscription } from '@gravity/shared/pubsub/pubsub'
import type { ChatReads } from '../store.ts'
import { Comparison } from './comparison.ts'
import type { FeedLease } from './feed-stream.ts'
import { RoomFeed } from './room-feed.ts'
import { roomTopic } from './room-hints.ts'

export interface RoomFeedsDeps {
  readonly reads: Pick<ChatReads, 'rooms' | 'messages'>
  readonly pubsub: PubSub
  readonly log: Logger
}

interface OpenFeed {
  readonly feed: RoomFeed
  readonly opening: Promise<PubSubSubscription>
  leases: number
}

/** The feeds of this process: one for each room that somebody listens to, open as long as somebody does. */
export class RoomFeeds {
  readonly #deps: RoomFeedsDeps
  readonly #open = new Map<string, OpenFeed>()
  /** One statement per process for all open feeds. */
  readonly #comparison: Comparison

  constructor(deps: RoomFeedsDeps) {
    this.#deps = deps
    this.#comparison = new Comparison({ compare: () => this.#compare(), log: deps.log })
  }

  /** The room's feed, read and listening. Rejects when the database or pub/sub cannot be used now. */
  async lease(roomId: string): Promise<FeedLease> {
    const open = this.#open.get(roomId) ?? this.#openFeed(roomId)
    open.leases += 1
    let held = true
    const release = () => {
      if (held) this.#release(open)
      held = false
    }
    try {
      await open.opening
      return { feed: open.feed, release }
    } catch (error) {
      release()
      throw error
    }
  }

  /** Sends all subscribers away: the process stops. */
  async close(): Promise<void> {
    const open = [...this.#open.values()]
    for (const { feed } of open) feed.end()
    // A feed that could not be opened has nothing to close.
    await Promise.allSettled(open.map((one) => this.#close(one)))
  }

  #openFeed(roomId: string): OpenFeed {
    const { reads, log } = this.#deps
    const feed = new RoomFeed({ roomId, reads, log })
    const open = { feed, opening: this.#begin(feed), leases: 0 }
    this.#open.set(roomId, open)
    this.#comparison.begin()
    return open
  }

  /** Listens first and reads then: what is committed in between comes twice rather than never. */
  async #begin(feed: RoomFeed): Promise<PubSubSubscription> {
    const subscription = await this.#deps.pubsub.subscribe(
      roomTopic(feed.roomId),
      (published) => feed.accept(published),
      { onGap: () => feed.catchUpSoon() },
    )
    try {
      await feed.catchUp()
      return subscription
    } catch (error) {
      await subscription.close()
      throw error
    }
  }

  #release(open: OpenFeed): void {
    open.leases -= 1
    if (open.leases > 0) return
    this.#close(open).catch((err: unknown) => {
      this.#deps.log.debug({ err, roomId: open.feed.roomId }, 'a room’s topic could not be left')
    })
  }

  async #close(open: OpenFeed): Promise<void> {
    const { roomId } = open.feed
    if (this.#open.get(roomId) === open) this.#open.delete(roomId)
    if (this.#open.size === 0) this.#comparison.end()
    const subscription = await open.opening
    await subscription.close()
  }

  async #compare(): Promise<void> {
    const positions = await this.#deps.reads.rooms.positions([...this.#open.keys()])
    for (const position of positions) this.#open.get(position.roomId)?.feed.compare(position)
  }
}
