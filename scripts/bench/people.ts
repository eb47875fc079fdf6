import { setTimeout as delay } from 'node:timers/promises'
import type { GraphqlRequest } from './load.ts'

/** Somebody who was registered for a benchmark. */
export interface BenchPerson {
  readonly id: string
  readonly accessToken: string
}

interface Answer {
  readonly data?: Record<string, unknown>
  readonly errors?: readonly object[]
}

/** Sends an operation that must succeed; the caller names the shape of its one root field. */
export async function ask<Field>(url: string, question: GraphqlRequest): Promise<Field> {
  const { query, variables, token } = question
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as Answer
  if (errors || !data) throw new Error(JSON.stringify(errors))
  return Object.values(data)[0] as Field
}

const patienceMs = 120_000

/**
 * Sends a mutation whose root field answers an object with an `id`, until it does; returns that. Services hear of new
 * people by events, which come late when there are many.
 */
export async function askUntilDone(url: string, question: GraphqlRequest): Promise<string> {
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    const answer = await ask<{ readonly id?: string }>(url, question).catch(
      (error: unknown) => error,
    )
    if (hasId(answer)) return answer.id
    if (performance.now() > giveUpAt) {
      throw new Error(`It does not succeed: ${JSON.stringify(answer)}`, { cause: answer })
    }
    await delay(500)
  }
}

function hasId(answer: unknown): answer is { readonly id: string } {
  return typeof answer === 'object' && answer !== null && 'id' in answer
}

/** Registers people, a few at a time, and prints how far it is. */
export async function registerPeople(url: string, count: number): Promise<BenchPerson[]> {
  const people: BenchPerson[] = []
  const run = `${Date.now()}`
  const registerNext = async (): Promise<void> => {
    while (people.length + inFlight < count) {
      inFlight += 1
      const email = `bench-${run}-${people.length + inFlight}@example.org`
      const session = await ask<{ accessToken: string; user?: { id: string } }>(url, {
        query: `mutation ($input: RegisterInput!) {
          register(input: $input) {
            ... on Session { accessToken user { id } }
            ... on Problem { code message }
          }
        }`,
        variables: { input: { email, password: 'bench password', displayName: 'Bench Person' } },
      })
      if (!session.user) throw new Error(`Registering failed: ${JSON.stringify(session)}`)
      inFlight -= 1
      people.push({ id: session.user.id, accessToken: session.accessToken })
      if (people.length % 100 === 0) console.log(`  registered ${people.length} of ${count}`)
    }
  }
  let inFlight = 0
  await Promise.all(Array.from({ length: 8 }, registerNext))
  return people
}
