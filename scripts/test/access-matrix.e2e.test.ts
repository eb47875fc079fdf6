import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { type AccessRow, accessMatrix } from '@gravity/schema/access/access-matrix'
import { type AccessDecisions, readAccessDecisions } from '@gravity/schema/access/read-access'
import { invariant } from '@gravity/shared/errors/invariant'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildSchema, type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { repositoryRoot } from '../repository-root.ts'
import { entityDoors } from './access/entities.ts'
import { minimalSelection, needsArguments } from './access/minimal-document.ts'
import {
  expectedOf,
  foreignExpected,
  isRelation,
  type Outcome,
  outcomeAt,
} from './access/outcome.ts'
import { Personas, type Somebody, scopesOf } from './access/personas.ts'
import { type RunningGravity, startAsOneProcess } from './running-gravity.ts'

// Every cell of schema/access-matrix.md, asked through the router with tokens that auth has issued.

const root = pathToFileURL(`${repositoryRoot}/`)
const patienceMs = 240_000
let gravity: RunningGravity
let access: AccessDecisions
let api: GraphQLSchema
let matrix: AccessRow[]
let personas: Personas
let everybody: Somebody[]

beforeAll(async () => {
  const decisions = await readAccessDecisions(root)
  invariant(decisions, 'this repository decides about access')
  access = decisions
  api = buildSchema(await readFile(new URL('schema/api.graphql', root), 'utf8'))
  const supergraph = await readFile(new URL('schema/supergraph.graphql', root), 'utf8')
  matrix = accessMatrix(supergraph, access)
  gravity = await startAsOneProcess({
    env: {
      GRAVITY_SEED: 'demo',
      GRAVITY_AUTH_FAILURES_PER_ACCOUNT: '100000',
      GRAVITY_AUTH_FAILURES_PER_ADDRESS: '100000',
    },
  })
  personas = new Personas(gravity.url)
  everybody = []
  for (const persona of access.vocabulary.personas.keys()) {
    everybody.push(await personas.arrive(persona))
  }
}, 120_000)

afterAll(async () => {
  if (process.env['GRAVITY_MEASURE']) {
    console.log(
      `${matrix.length} fields, ${personas.asked} questions by ${everybody.length} personas`,
    )
  }
  await gravity?.stop()
})

function fieldOf({ type, field }: AccessRow): GraphQLField<unknown, unknown> {
  const parent = api.getType(type)
  const found = isObjectType(parent) ? parent.getFields()[field] : undefined
  invariant(found, `${type}.${field} is in schema/api.graphql`)
  return found
}

/** A line about a field that somebody got otherwise than the matrix says; none when it is as it should be. */
function surprise(
  { coordinate, cells }: AccessRow,
  persona: string,
  { got, expected }: { readonly got: Outcome; readonly expected: readonly Outcome[] },
): string[] {
  if (expected.includes(got)) return []
  return [`${coordinate} as ${persona}: the matrix says "${cells.get(persona)}", it was ${got}`]
}

async function askAll(type: 'Query' | 'Mutation'): Promise<string[]> {
  const surprises: string[] = []
  const people = new Map(everybody.map((somebody) => [somebody.persona, somebody]))
  for (const row of matrix.filter((one) => one.type === type)) {
    const field = fieldOf(row)
    const document = `${type.toLowerCase()} { ${minimalSelection(field)} }`
    for (const [persona, somebody] of people) {
      const got = outcomeAt(await personas.ask(somebody, document), [row.field])
      const mayBeRefused = needsArguments(field)
      const expected = expectedOf(row.cells.get(persona) ?? '', { persona, mayBeRefused })
      surprises.push(...surprise(row, persona, { got, expected }))
      if (type === 'Mutation') people.set(persona, await personas.stillThere(somebody))
    }
  }
  return surprises
}

/** Whether a subscription is refused: what comes before two answers that were asked for after it. */
async function subscribes(document: string, { accessToken }: Somebody): Promise<Outcome> {
  const client = createClient({
    url: `${gravity.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(accessToken && { connectionParams: { authorization: `Bearer ${accessToken}` } }),
  })
  const outcomes: Outcome[] = []
  const leave = client.subscribe(
    { query: document },
    {
      next: (result) => {
        outcomes.push(outcomeAt(JSON.parse(JSON.stringify(result)), []))
      },
      error: (errors) => {
        outcomes.push(outcomeAt({ data: null, errors: JSON.parse(JSON.stringify(errors)) }, []))
      },
      complete: () => undefined,
    },
  )
  for (const query of ['{ __typename }', '{ me { id } }']) {
    for await (const _answer of client.iterate({ query })) break
  }
  leave()
  await client.dispose()
  return outcomes[0] ?? 'answered'
}

async function askEntities(rows: readonly AccessRow[], owner: Somebody, id: string) {
  const surprises: string[] = []
  const isOwn = owner.persona !== 'stranger'
  for (const row of rows) {
    const { root: door } = entityDoors[row.type] ?? { root: '' }
    const document = `query ($id: ID!) { entity: ${door}(id: $id) { ${minimalSelection(fieldOf(row))} } }`
    for (const somebody of isOwn ? [owner] : everybody) {
      const { persona } = somebody
      const cell = row.cells.get(persona) ?? ''
      const answer = await personas.ask(somebody, document, { id })
      const got = outcomeAt(answer, ['entity', row.field])
      const expected = isOwn ? ownExpected(cell) : foreignExpected(cell, persona)
      const isReached = answer.data?.['entity'] != null
      surprises.push(...surprise(row, persona, { got, expected }))
      if (isOwn && !isReached)
        surprises.push(`${row.coordinate}: ${persona} cannot reach their own`)
    }
  }
  return surprises
}

function ownExpected(cell: string): readonly Outcome[] {
  return cell === 'no' ? ['FORBIDDEN'] : ['answered', 'null', 'declined']
}

describe('the personas of the matrix', () => {
  it('have the scopes that auth gives them', () => {
    const signedIn = everybody.filter(({ accessToken }) => accessToken !== undefined)

    expect(Object.fromEntries(signedIn.map((one) => [one.persona, scopesOf(one)]))).toEqual(
      Object.fromEntries([...access.vocabulary.personas].filter(([, scopes]) => scopes !== null)),
    )
  })
})

describe('the router answers as the matrix says', () => {
  it(
    'to questions about entities',
    async () => {
      const entities = matrix.filter(({ isRoot }) => !isRoot)
      const surprises: string[] = []
      for (const type of new Set(entities.map((row) => row.type))) {
        const rows = entities.filter((row) => row.type === type)
        const door = entityDoors[type]
        invariant(door, `scripts/test/access/entities.ts says how to get a ${type}`)
        const owner = await personas.arrive('customer')
        const stranger = { ...owner, persona: 'stranger' }
        surprises.push(...(await askEntities(rows, stranger, await door.make(personas, owner))))
        for (const somebody of everybody.filter(({ accessToken }) => accessToken !== undefined)) {
          const id = await door.make(personas, somebody)
          surprises.push(...(await askEntities(rows, somebody, id)))
        }
      }

      expect(surprises).toEqual([])
    },
    patienceMs,
  )

  it(
    'to queries',
    async () => {
      expect(await askAll('Query')).toEqual([])
    },
    patienceMs,
  )

  it(
    'to queries about what is somebody else’s',
    async () => {
      const { id } = await personas.arrive('customer')
      const surprises: string[] = []
      for (const row of matrix.filter(({ type }) => type === 'Query')) {
        const field = fieldOf(row)
        if (!field.args.some(({ name }) => name === 'userId')) continue
        const document = `{ ${minimalSelection(field, { userId: `"${id}"` })} }`
        for (const somebody of everybody) {
          const { persona } = somebody
          const cell = row.cells.get(persona) ?? ''
          if (!isRelation(cell)) continue
          const got = outcomeAt(await personas.ask(somebody, document), [row.field])
          const expected = foreignExpected(cell, persona)
          surprises.push(...surprise(row, persona, { got, expected }))
        }
      }

      expect(surprises).toEqual([])
    },
    patienceMs,
  )

  it(
    'to subscriptions',
    async () => {
      const surprises: string[] = []
      for (const row of matrix.filter(({ type }) => type === 'Subscription')) {
        const field = fieldOf(row)
        for (const somebody of everybody) {
          const { persona } = somebody
          const got = await subscribes(`subscription { ${minimalSelection(field)} }`, somebody)
          const mayBeRefused = needsArguments(field)
          const expected = expectedOf(row.cells.get(persona) ?? '', { persona, mayBeRefused })
          surprises.push(...surprise(row, persona, { got, expected }))
        }
      }

      expect(surprises).toEqual([])
    },
    patienceMs,
  )

  it(
    'to mutations',
    async () => {
      expect(await askAll('Mutation')).toEqual([])
    },
    patienceMs,
  )
})
