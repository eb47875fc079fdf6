import type { HttpExchange } from '../transport/http-exchange.ts'
import type { KeptAnswer } from './kept-answer.ts'

/**
 * Answers a request with what may be kept, and says for how long. `age` is its age in seconds when it was made for an
 * earlier request. A GET that knows the answer already is told so (304; RFC 9110, section 13.1.2).
 */
export function answerKept(
  exchange: HttpExchange,
  answer: KeptAnswer,
  age: number | undefined,
): void {
  const headers: Record<string, string> = {
    'cache-control': answer.cacheControl,
    vary: answer.vary,
  }
  if (age !== undefined) headers['age'] = String(age)
  if (exchange.request.method !== 'POST') {
    headers['etag'] = answer.etag
    if (isKnown(exchange.request.headers['if-none-match'], answer)) {
      exchange.answerNotModified(headers)
      return
    }
  }
  const { body, compressed } = answer
  exchange.answer({ status: 200, body, headers, compressed })
}

/** Compared weakly, as the section above asks. */
function isKnown(ifNoneMatch: string | undefined, { etag }: KeptAnswer): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch
    .split(',')
    .map((entry) => entry.trim())
    .some((entry) => entry === '*' || entry.replace(/^W\//, '') === etag)
}
