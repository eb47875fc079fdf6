import type { LoadTarget } from './load.ts'

/** What a GraphQL server answers. */
export interface GraphqlAnswer {
  readonly data?: unknown
  readonly errors?: readonly unknown[]
}

/** Sends what the load generator would send, once. */
export async function answerFetches(target: LoadTarget): Promise<GraphqlAnswer> {
  const { url, method = 'POST', headers = {}, body } = target
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`)
  // The form of GraphQL over HTTP.
  return JSON.parse(text) as GraphqlAnswer
}

/** Throws when an answer has errors, or other data than expected; the order of an object's fields does not count. */
export function assertSameData(name: string, answer: GraphqlAnswer, expected: GraphqlAnswer): void {
  if (answer.errors) {
    throw new Error(`${name} answers with errors: ${JSON.stringify(answer.errors).slice(0, 500)}`)
  }
  if (canonical(answer.data) !== canonical(expected.data)) {
    throw new Error(`${name} answers with other data than expected.`)
  }
}

/** JSON whose objects have their fields in the order of the alphabet. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, nested: unknown) =>
    typeof nested === 'object' && nested !== null && !Array.isArray(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
      : nested,
  )
}
