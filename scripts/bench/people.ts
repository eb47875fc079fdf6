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
export async function ask<Field>(
  url: string,
  question: { readonly query: string; readonly variables?: object; readonly token?: string },
): Promise<Field> {
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

/** Registers people, a few at a time, and prints how far it is. */
export async function registerPeople(url: string, count: number): Promise<BenchPerson[]> {
  const people: BenchPerson[] = []
  const run = `${Date.now()}`
  const registerNext = async (): Promise<void> => {
    while (people.length + inFlight < count) {
      inFlight += 1
      const email = `bench-${run}-${people.length + inFlight}@example.org`
      const session = await ask<{ accessToken: string; user: { id: string } }>(url, {
        query: `mutation ($input: RegisterInput!) {
          register(input: $input) { ... on Session { accessToken user { id } } }
        }`,
        variables: { input: { email, password: 'bench password', displayName: 'Bench Person' } },
      })
      inFlight -= 1
      people.push({ id: session.user.id, accessToken: session.accessToken })
      if (people.length % 100 === 0) console.log(`  registered ${people.length} of ${count}`)
    }
  }
  let inFlight = 0
  await Promise.all(Array.from({ length: 8 }, registerNext))
  return people
}
