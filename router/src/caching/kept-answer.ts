import { hash } from 'node:crypto'
import type { CachePolicy } from '@gravity/shared/cache/cache-policy'
import type { AnswerAudience } from '@gravity/shared/server/answer-audience'
import type { GraphResult } from '../graph.ts'
import type { TaggedEntry } from './tagged-cache.ts'

export interface KeptAnswerOptions {
  readonly body: string
  readonly policy: CachePolicy
  /** Whether everybody may see it: then caches between router and client may give it to everybody too. */
  readonly isForAll: boolean
  /** Whom of those who may see it it is not for; undefined for nobody. */
  readonly audience?: AnswerAudience | undefined
  /** The headers of the client that subgraphs get; `*` when that is not known beforehand. */
  readonly forwarded: readonly string[]
  /** In milliseconds since the epoch. */
  readonly storedAt: number
}

/** An answer without errors that may be kept, here and between here and the client. */
export class KeptAnswer {
  readonly body: string
  /** The value of `cache-control`. */
  readonly cacheControl: string
  /** The value of `vary`: what the answer depends on besides the address. */
  readonly vary: string
  readonly isForAll: boolean
  readonly audience: AnswerAudience | undefined
  readonly storedAt: number
  /** The body as it was sent compressed, by the coding. */
  readonly compressed = new Map<string, Buffer>()
  /** For those who ask later than the one whom it was made for. */
  readonly result: GraphResult
  /** Where it is kept; undefined when it is not. */
  entry: TaggedEntry<KeptAnswer> | undefined
  #etag: string | undefined

  constructor({ body, policy, isForAll, audience, forwarded, storedAt }: KeptAnswerOptions) {
    this.body = body
    this.isForAll = isForAll
    this.audience = audience
    this.storedAt = storedAt
    // Many caches on the way do not look at `vary`, so what other headers decide is not for them.
    const isPublic = isForAll && forwarded.length === 0
    this.cacheControl = `${isPublic ? 'public' : 'private'}, max-age=${policy.maxAge}`
    this.vary = ['accept', ...(isForAll ? [] : ['authorization']), ...forwarded].join(', ')
    this.result = { errors: [], refused: false, body, kept: this, isReused: true }
  }

  /** Strong (RFC 9110, section 8.8.3); made when it is first asked for. */
  get etag(): string {
    this.#etag ??= `"${hash('sha256', this.body, 'base64url').slice(0, 27)}"`
    return this.#etag
  }
}
