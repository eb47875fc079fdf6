import type { Logger } from '@gravity/shared/log/logger'
import type { PubSubSubscription } from '@gravity/shared/pubsub/pubsub'
import type { SessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { EXPIRED, REVOKED } from './authentication.ts'

export interface ViewerLifetimesDeps {
  readonly sessions: Pick<SessionDenyList, 'isDenied' | 'onDenied'> | undefined
  readonly now: () => Date
  readonly log: Logger
}

/** A hint may be lost, so every session that is watched is looked up again this often. */
const lookUpMs = 30_000
/** The longest delay of a timer; Node fires at once for a longer one. */
const longestTimerMs = 2_147_483_647

type Revoke = () => void

/** Watches over what outlives a request – sockets and event streams – and ends it with its viewer's rights. */
export class ViewerLifetimes {
  readonly #deps: ViewerLifetimesDeps
  readonly #watched = new Map<string, Set<Revoke>>()
  #subscription: PubSubSubscription | undefined
  #looking: NodeJS.Timeout | undefined
  #stopped = false

  constructor(deps: ViewerLifetimesDeps) {
    this.#deps = deps
  }

  /** Begins to listen for denied sessions; while that fails, they are looked up, and it is tried again. */
  async start(): Promise<void> {
    await this.#listen()
    this.#scheduleLookUp()
  }

  /**
   * Calls `end` once, with a sentence that says why, when the viewer's token expires or the session is denied.
   * The returned function stops the watch. An anonymous viewer never ends.
   */
  watch(viewer: Viewer | null, end: (reason: string) => void): () => void {
    if (!viewer) return () => undefined
    const { sessionId } = viewer
    const finish = (reason: string) => {
      leave()
      end(reason)
    }
    const revoke = () => finish(REVOKED)
    const lifeMs = viewer.expiresAt * 1_000 - this.#deps.now().getTime()
    const expiry = setTimeout(finish, Math.min(Math.max(lifeMs, 0), longestTimerMs), EXPIRED)
    expiry.unref()
    const leave = () => {
      clearTimeout(expiry)
      this.#remove(sessionId, revoke)
    }
    this.#add(sessionId, revoke)
    // The session may have been denied between the token's verification and this line.
    this.#lookUp(sessionId).catch((err: unknown) => this.#warn(err))
    return leave
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#looking)
    await this.#subscription?.close()
  }

  async #listen(): Promise<void> {
    const { sessions } = this.#deps
    if (!sessions || this.#subscription) return
    try {
      this.#subscription = await sessions.onDenied((sessionId) => this.#deny(sessionId), {
        onGap: () => {
          this.#lookUpAll().catch((err: unknown) => this.#warn(err))
        },
      })
    } catch (err) {
      this.#warn(err)
    }
  }

  #scheduleLookUp(): void {
    if (this.#stopped) return
    this.#looking = setTimeout(() => {
      this.#listen()
        .then(() => this.#lookUpAll())
        .catch((err: unknown) => this.#warn(err))
        .finally(() => this.#scheduleLookUp())
    }, lookUpMs)
    this.#looking.unref()
  }

  async #lookUpAll(): Promise<void> {
    for (const sessionId of [...this.#watched.keys()]) await this.#lookUp(sessionId)
  }

  async #lookUp(sessionId: string): Promise<void> {
    if (await this.#deps.sessions?.isDenied(sessionId)) this.#deny(sessionId)
  }

  #deny(sessionId: string): void {
    for (const revoke of [...(this.#watched.get(sessionId) ?? [])]) revoke()
  }

  #add(sessionId: string, revoke: Revoke): void {
    const revokes = this.#watched.get(sessionId)
    if (revokes) revokes.add(revoke)
    else this.#watched.set(sessionId, new Set([revoke]))
  }

  #remove(sessionId: string, revoke: Revoke): void {
    const revokes = this.#watched.get(sessionId)
    if (revokes?.delete(revoke) && revokes.size === 0) this.#watched.delete(sessionId)
  }

  #warn(err: unknown): void {
    this.#deps.log.warn(
      { err },
      'Sessions that end are looked up, because they cannot be heard of.',
    )
  }
}
