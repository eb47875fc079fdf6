import type { Logger } from '@gravity/shared/log/logger'
import type { PubSub, PubSubSubscription } from '@gravity/shared/pubsub/pubsub'
import { publishHint } from '../live/publish-hint.ts'
import { OtherProcesses } from './other-processes.ts'
import { OwnPeople } from './own-people.ts'
import { type PresenceHint, presenceHint, presenceTopic } from './presence-hints.ts'

/**
 * Terminology
 * - Sighting: somebody is there, as one process sees it, because something of theirs is open in it.
 * - Board: who is there, as all processes together see it. Every process has one, in memory; nothing is stored. Processes
 *   repeat their sightings, and one that no longer does is believed no longer.
 */

export type PresenceStatus = 'online' | 'away' | 'offline'

export interface PresenceBoardDeps {
  readonly pubsub: PubSub
  readonly processId: string
  readonly now: () => Date
  readonly log: Logger
  /** Those of the people who do not want to be seen. */
  readonly invisibleAmong: (userIds: readonly string[]) => Promise<readonly string[]>
  /** They have left this process; for what is remembered of the absent. */
  readonly onDeparture: (userId: string, activeAt: Date) => void
}

/** How long somebody is online who does nothing. */
export const awayAfterMs = 5 * 60_000

const tickMs = 2_000
const ticksPerRepetition = 10
const peoplePerHint = 500

export class PresenceBoard {
  readonly #deps: PresenceBoardDeps
  readonly #own: OwnPeople
  readonly #others: OtherProcesses
  readonly #statuses = new Map<string, PresenceStatus>()
  readonly #listeners = new Set<(userId: string) => void>()
  #subscription: PubSubSubscription | undefined
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Immediate | undefined
  #ticks = 0
  #working = false
  #again = false

  constructor(deps: PresenceBoardDeps) {
    this.#deps = deps
    const now = () => deps.now().getTime()
    this.#own = new OwnPeople(now)
    this.#others = new OtherProcesses(now)
  }

  /** Begins to tell, and to hear, who is there. */
  start(): void {
    this.#timer ??= setInterval(() => this.tick(), tickMs).unref()
    this.#tellSoon()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    clearImmediate(this.#soon)
    this.#timer = undefined
    await this.#subscription?.close()
  }

  /** Something of theirs is open until the returned function is called. */
  arrive(userId: string): () => void {
    if (this.#own.arrive(userId)) this.#tellSoon()
    this.#check(userId)
    let here = true
    return () => {
      if (here) this.#own.leave(userId)
      here = false
    }
  }

  /** They do something; who has nothing open counts as there for `staysMs`. */
  act(userId: string, staysMs = 0): void {
    this.#own.act(userId, staysMs)
    this.#tellSoon()
    this.#check(userId)
  }

  /** They show themselves otherwise: all boards look again. */
  changed(userId: string): void {
    this.#publish({ kind: 'changed', userId })
  }

  /** As everybody sees them; `isSelf` as they see themselves. */
  statusOf(userId: string, { isSelf = false } = {}): PresenceStatus {
    const activeAt = this.activeAt(userId, { isSelf })
    if (activeAt === undefined) return 'offline'
    return this.#deps.now().getTime() - activeAt.getTime() < awayAfterMs ? 'online' : 'away'
  }

  /** When they were active last; undefined for who is not there. */
  activeAt(userId: string, { isSelf = false } = {}): Date | undefined {
    const own = isSelf || this.#own.isVisible(userId) ? (this.#own.activeAt(userId) ?? 0) : 0
    const latest = Math.max(own, this.#others.activeAt(userId) ?? 0)
    return latest === 0 ? undefined : new Date(latest)
  }

  /** Calls back with everybody whose presence is not what it was. */
  watch(listener: (userId: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What happens with time alone; called by itself once started. */
  tick(): void {
    this.#ticks += 1
    this.#others.expire()
    const departed = this.#own.depart()
    this.#publishInParts(
      departed.map(({ userId }) => userId),
      (userIds) => ({ kind: 'gone', processId: this.#deps.processId, userIds }),
    )
    for (const { userId, activeAt } of departed) {
      this.#deps.onDeparture(userId, new Date(activeAt))
    }
    for (const userId of this.#statuses.keys()) this.#check(userId)
    this.#work(this.#ticks % ticksPerRepetition === 0 ? 'all' : 'news')
  }

  #tellSoon(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined
      this.#work('news')
    })
  }

  #work(which: 'all' | 'news'): void {
    this.#again = this.#working
    if (this.#working) return
    this.#working = true
    this.#listenAndTell(which)
      .catch((err: unknown) => {
        this.#deps.log.warn({ err }, 'who is there could not be told; it will be again')
      })
      .finally(() => {
        this.#working = false
        if (this.#again) this.#tellSoon()
      })
  }

  async #listenAndTell(which: 'all' | 'news'): Promise<void> {
    const { processId } = this.#deps
    if (!this.#subscription) {
      this.#subscription = await this.#deps.pubsub.subscribe(
        presenceTopic,
        (published) => this.#accept(published),
        { onGap: () => this.#publish({ kind: 'who', processId }) },
      )
      this.#publish({ kind: 'who', processId })
    }
    await this.#learnWhoIsVisible()
    this.#tell(which)
  }

  async #learnWhoIsVisible(): Promise<void> {
    const unclear = this.#own.unclear()
    if (unclear.length === 0) return
    const invisible = new Set(await this.#deps.invisibleAmong(unclear))
    for (const userId of unclear) {
      this.#own.show(userId, !invisible.has(userId))
      this.#check(userId)
    }
  }

  #tell(which: 'all' | 'news'): void {
    const { processId } = this.#deps
    const people = this.#own.takeSightings(which)
    this.#publishInParts(people, (part) => ({ kind: 'here', processId, people: part }))
    const hidden = this.#own.takeHidden()
    this.#publishInParts(hidden, (userIds) => ({ kind: 'gone', processId, userIds }))
  }

  #accept(published: unknown): void {
    const hint = presenceHint.safeParse(published).data
    if (!hint) return
    if (hint.kind === 'changed') this.#lookAgain(hint.userId)
    else if (hint.processId !== this.#deps.processId) this.#believe(hint)
  }

  #believe(hint: Exclude<PresenceHint, { kind: 'changed' }>): void {
    const { processId } = hint
    if (hint.kind === 'who') {
      this.#tell('all')
    } else if (hint.kind === 'here') {
      this.#others.here(processId, hint.people)
      for (const { userId } of hint.people) this.#check(userId)
    } else {
      this.#others.gone(processId, hint.userIds)
      for (const userId of hint.userIds) this.#check(userId)
    }
  }

  #lookAgain(userId: string): void {
    for (const listener of this.#listeners) listener(userId)
    if (!this.#own.has(userId)) return
    this.#deps
      .invisibleAmong([userId])
      .then((invisible) => {
        this.#own.show(userId, invisible.length === 0)
        this.#tell('news')
        this.#check(userId)
      })
      .catch((err: unknown) => {
        this.#deps.log.warn({ err, userId }, 'who wants to be seen could not be read')
      })
  }

  #check(userId: string): void {
    const status = this.statusOf(userId)
    if (status === (this.#statuses.get(userId) ?? 'offline')) return
    if (status === 'offline') this.#statuses.delete(userId)
    else this.#statuses.set(userId, status)
    for (const listener of this.#listeners) listener(userId)
  }

  #publish(hint: PresenceHint): void {
    publishHint(this.#deps, presenceTopic, hint)
  }

  #publishInParts<Entry>(entries: readonly Entry[], hintOf: (part: Entry[]) => PresenceHint): void {
    for (let from = 0; from < entries.length; from += peoplePerHint) {
      this.#publish(hintOf(entries.slice(from, from + peoplePerHint)))
    }
  }
}
