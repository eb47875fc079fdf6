import { LRUCache } from 'lru-cache'
import type { Conditions } from './conditions.ts'
import { type DeferringOperation, deferringOperation } from './deferred-fragments.ts'
import type { ParsedRequest } from './parse-request.ts'

/** Conditions are the client's to choose, and there may be many. */
const answersKept = 64

/** What a request with `@defer` asks to have later. */
export class RequestedDeferral {
  readonly #request: ParsedRequest
  readonly #answers = new LRUCache<string, boolean>({ max: answersKept })

  constructor(request: ParsedRequest) {
    this.#request = request
  }

  /** Whether anything is deferred under the conditions. */
  appliesTo(conditions: Conditions): boolean {
    const known = this.#answers.get(conditions.key)
    if (known !== undefined) return known
    const applies = this.operationFor(conditions) !== undefined
    this.#answers.set(conditions.key, applies)
    return applies
  }

  operationFor(conditions: Conditions): DeferringOperation | undefined {
    return deferringOperation(this.#request, conditions)
  }
}
