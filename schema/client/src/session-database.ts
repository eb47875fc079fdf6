/** What is used of a browser's IndexedDB (https://www.w3.org/TR/IndexedDB/), which Node does not have. */
export interface IndexedDatabases {
  open(name: string, version: number): OpenRequest
}

interface Request<Result> {
  readonly result: Result
  readonly error: unknown
  onsuccess: (() => void) | null
  onerror: (() => void) | null
}

interface OpenRequest extends Request<Database> {
  onupgradeneeded: (() => void) | null
}

interface Database {
  createObjectStore(name: string): unknown
  transaction(store: string, mode: 'readonly' | 'readwrite'): Transaction
  close(): void
}

interface Transaction {
  readonly error: unknown
  objectStore(name: string): ObjectStore
  oncomplete: (() => void) | null
  onabort: (() => void) | null
}

interface ObjectStore {
  get(key: string): Request<unknown>
  put(value: unknown, key: string): Request<unknown>
  delete(key: string): Request<unknown>
}

const storeName = 'sessions'
const entryKey = 'current'

/**
 * One value in a database of its own. A value is readable in every tab as soon as its write has resolved, which is not
 * true of `localStorage`: there, other processes read what was before for a while.
 */
export class SessionDatabase {
  readonly #databases: IndexedDatabases
  readonly #name: string

  constructor(databases: IndexedDatabases, name: string) {
    this.#databases = databases
    this.#name = name
  }

  read(): Promise<unknown> {
    return this.#run('readonly', (store) => store.get(entryKey))
  }

  async write(value: unknown): Promise<void> {
    await this.#run('readwrite', (store) => store.put(value, entryKey))
  }

  async remove(): Promise<void> {
    await this.#run('readwrite', (store) => store.delete(entryKey))
  }

  async #run(
    mode: 'readonly' | 'readwrite',
    work: (store: ObjectStore) => Request<unknown>,
  ): Promise<unknown> {
    const database = await this.#open()
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(storeName, mode)
        const request = work(transaction.objectStore(storeName))
        transaction.oncomplete = () => resolve(request.result)
        transaction.onabort = () => reject(transaction.error)
      })
    } finally {
      database.close()
    }
  }

  #open(): Promise<Database> {
    return new Promise((resolve, reject) => {
      const request = this.#databases.open(this.#name, 1)
      request.onupgradeneeded = () => {
        request.result.createObjectStore(storeName)
      }
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  }
}
