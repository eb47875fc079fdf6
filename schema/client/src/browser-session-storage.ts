import { type IndexedDatabases, SessionDatabase } from './session-database.ts'
import { type ClientSession, createQueue, type SessionStorage } from './session-storage.ts'

/** Options of `createBrowserSessionStorage`; all may be left out. */
export interface BrowserSessionStorageOptions {
  /** Sessions of different names do not see each other; `gravity-session` by default. */
  readonly name?: string
}

interface LockManagerLike {
  request<Result>(name: string, work: () => Promise<Result>): Promise<Result>
}

/**
 * Keeps the session in the browser for all its tabs, and for the next visit. Tabs take turns when they renew it (Web
 * Locks) and hear of each other's changes (a broadcast channel), so any number of tabs makes one refresh and signs out
 * together. Throws where there is no IndexedDB. An entry that is not a session counts as signed out.
 */
export function createBrowserSessionStorage(
  options: BrowserSessionStorageOptions = {},
): SessionStorage {
  const { name = 'gravity-session' } = options
  const database = new SessionDatabase(indexedDatabases(), name)
  const channel = new BroadcastChannel(name)
  const watchers = new Set<() => void>()
  const queue = createQueue()
  const locks = webLocks()
  const tell = (): void => {
    for (const watcher of watchers) watcher()
  }
  channel.onmessage = tell
  const changed = (): void => {
    channel.postMessage('changed')
    tell()
  }
  return {
    load: async () => {
      const value = await database.read()
      return isSession(value) ? value : undefined
    },
    save: async (session) => {
      const { accessToken, accessTokenExpiresAt, refreshToken } = session
      await database.write({ accessToken, accessTokenExpiresAt, refreshToken })
      changed()
    },
    clear: async () => {
      await database.remove()
      changed()
    },
    exclusive: (work) => queue(() => (locks ? locks.request(name, work) : work())),
    watch: (listener) => {
      watchers.add(listener)
      return () => {
        watchers.delete(listener)
      }
    },
  }
}

function isSession(value: unknown): value is ClientSession {
  if (typeof value !== 'object' || value === null) return false
  const names = ['accessToken', 'accessTokenExpiresAt', 'refreshToken']
  return names.every((name) => typeof Reflect.get(value, name) === 'string')
}

function indexedDatabases(): IndexedDatabases {
  const found: unknown = Reflect.get(globalThis, 'indexedDB')
  if (isIndexedDatabases(found)) return found
  throw new Error('This runtime has no IndexedDB: use another session storage.')
}

function isIndexedDatabases(value: unknown): value is IndexedDatabases {
  return typeof value === 'object' && value !== null && 'open' in value
}

function webLocks(): LockManagerLike | undefined {
  const navigator: unknown = Reflect.get(globalThis, 'navigator')
  if (typeof navigator !== 'object' || navigator === null) return undefined
  const locks: unknown = Reflect.get(navigator, 'locks')
  return isLockManager(locks) ? locks : undefined
}

function isLockManager(value: unknown): value is LockManagerLike {
  return typeof value === 'object' && value !== null && 'request' in value
}
