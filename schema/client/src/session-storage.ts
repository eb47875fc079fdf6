/**
 * Terminology
 * - Session: the tokens that one sign-in gave; the access token lives minutes, the refresh token is used once and replaced.
 * - Storage: where a session outlives the page or the program.
 * - Exclusive: at most one holder of a storage renews the session at a time, because a refresh token that is used
 *   twice ends the session.
 */

/** The tokens of a signed-in person, as `register`, `login` and `refreshSession` answer them. */
export interface ClientSession {
  readonly accessToken: string
  /** RFC 3339. */
  readonly accessTokenExpiresAt: string
  readonly refreshToken: string
}

/** Keeps one session. Give every client that acts for the same person the same storage. */
export interface SessionStorage {
  load(): Promise<ClientSession | undefined>
  save(session: ClientSession): Promise<void>
  clear(): Promise<void>
  /** Runs `work` while no other holder of this storage runs theirs, in this process and, where possible, in other tabs. */
  exclusive<Result>(work: () => Promise<Result>): Promise<Result>
  /** Calls `listener` when somebody else may have changed the session; returns the function that ends it. */
  watch?(listener: () => void): () => void
}

/** A storage that forgets with the process; the default. Clients in one process may share it. */
export function createMemorySessionStorage(initial?: ClientSession): SessionStorage {
  let kept = initial
  const watchers = new Set<() => void>()
  const keep = async (session: ClientSession | undefined): Promise<void> => {
    kept = session
    for (const watcher of watchers) watcher()
  }
  return {
    load: async () => kept,
    save: keep,
    clear: () => keep(undefined),
    exclusive: createQueue(),
    watch: (listener) => {
      watchers.add(listener)
      return () => {
        watchers.delete(listener)
      }
    },
  }
}

/** One after the other, in the order of the calls; a failure does not stop those behind it. */
export function createQueue(): SessionStorage['exclusive'] {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work, work)
    last = turn
    return turn
  }
}
