import type { Cache } from '@gravity/shared/cache/cache'
import type { Logger } from '@gravity/shared/log/logger'
import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { Graph, GraphRequest, PreparedOperation, RequestRefusal } from '../graph.ts'
import type { DocumentsConfig } from './config.ts'
import { hashDocument, isDocumentHash } from './document-hash.ts'
import { createDocumentStore, type DocumentStore } from './document-store.ts'
import { SafelistFile } from './safelist-file.ts'
import { UnlistedLog } from './unlisted-log.ts'

export interface PersistedDocumentsOptions {
  readonly graph: Graph
  readonly config: DocumentsConfig
  /** See `DocumentStoreOptions`. */
  readonly sharedCache: Cache | undefined
  readonly rateLimits: RateLimits
  /** Longer documents are not looked for in the list. */
  readonly maximumCharacters: number
  /** Told when another list is in force. */
  readonly onListChange?: (() => void) | undefined
  readonly log: Logger
}

export interface PersistedDocuments {
  /** The graph, whose requests may name a document instead of carrying it. */
  readonly graph: Graph
  /** Reads the safelist. Throws a StartError when there should be one and it cannot be used. */
  start(): Promise<void>
  stop(): void
}

/**
 * Puts three things in front of a graph: documents that are known by an id (the safelist's), documents that clients
 * register under their hash (automatic persisted queries,
 * https://www.apollographql.com/docs/apollo-server/performance/apq), and the refusal of what is not listed.
 */
export function createPersistedDocuments(options: PersistedDocumentsOptions): PersistedDocuments {
  const { graph, config, log } = options
  const unlisted = new UnlistedLog(log)
  const { safelistFile: path } = config
  const onSwap = (): void => {
    unlisted.forget()
    options.onListChange?.()
  }
  const file = path === undefined ? undefined : new SafelistFile({ path, onSwap, log })
  const store = config.automatic
    ? createDocumentStore({ ...options, ttlSeconds: config.automaticTtlSeconds })
    : undefined
  const sources = {
    graph,
    mode: config.safelist,
    store,
    safelist: () => file?.current,
    unlisted,
    maximumCharacters: options.maximumCharacters,
  }
  return {
    graph: { ...graph, prepare: createPrepare(sources) },
    async start() {
      await file?.start()
    },
    stop() {
      file?.stop()
    },
  }
}

interface DocumentSources {
  readonly graph: Graph
  readonly mode: DocumentsConfig['safelist']
  readonly store: DocumentStore | undefined
  readonly safelist: () => SafelistFile['current']
  readonly unlisted: UnlistedLog
  readonly maximumCharacters: number
}

function createPrepare(sources: DocumentSources): Graph['prepare'] {
  const { graph, mode, store } = sources
  return (request) => {
    if (request.persisted === undefined && mode === 'off') return graph.prepare(request)
    return prepare(request)
  }

  async function prepare(request: GraphRequest): Promise<PreparedOperation | RequestRefusal> {
    const found = await findDocument(request, sources)
    if (typeof found !== 'string') return found
    const query = chooseListed(found, request, sources)
    if (query === undefined) return notListed
    const prepared = await graph.prepare({ ...request, query })
    const hash = request.persisted?.id
    // Only what can be executed is kept: anything else would be a store for strangers.
    if (store && found !== '' && found === request.query && hash && !('errors' in prepared)) {
      // What only resembles the listed document of that id has another hash.
      if (isDocumentHash(hash)) store.add(hash, found)
    }
    return prepared
  }
}

/** The text that a request means, whether or not it may run. */
async function findDocument(
  { query, persisted }: GraphRequest,
  { store, safelist }: DocumentSources,
): Promise<string | RequestRefusal> {
  if (persisted === undefined) return query
  const { id } = persisted
  const list = safelist()
  const listed = list?.documentById(id)
  if (query !== '') {
    if (!store && !list) return query
    if (store?.peek(id) === query || hashDocument(query) === id) return query
    return listed !== undefined && list?.documentLike(query) === listed ? listed : differentDocument
  }
  if (listed !== undefined) return listed
  const isHash = isDocumentHash(id)
  const registered = isHash ? await store?.get(id) : undefined
  if (registered !== undefined) return registered
  // With the text of an unknown hash a client can still show that its document is listed.
  if (store && (isHash || !list)) return notFound
  return list ? idNotListed : notSupported
}

/** The text to run: the listed one where there is one; undefined when only that may run and there is none. */
function chooseListed(
  text: string,
  request: GraphRequest,
  { mode, safelist, unlisted, maximumCharacters }: DocumentSources,
): string | undefined {
  if (mode === 'off') return text
  const listed = text.length <= maximumCharacters ? safelist()?.documentLike(text) : undefined
  if (listed !== undefined) return listed
  if (mode === 'enforce') return undefined
  unlisted.report(text, request.operationName)
  return text
}

const notFound = refusal('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND')
const notSupported = refusal('PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED')
const idNotListed = refusal(
  'There is no document of this id in the list of those that may run.',
  'PERSISTED_QUERY_NOT_IN_LIST',
)
const notListed = refusal(
  'Only listed documents may run here, and this one is not listed.',
  'QUERY_NOT_IN_SAFELIST',
)
const differentDocument = refusal(
  'The id of the document is not that of the query beside it: it must be the SHA-256 of the query.',
  'BAD_USER_INPUT',
)

function refusal(message: string, code: string): RequestRefusal {
  return { errors: [{ message, extensions: { code } }] }
}
