import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, expect, it } from '@jest/globals'
import {
  buildSchema,
  type DirectiveNode,
  execute,
  getOperationAST,
  getVariableValues,
  parse,
  printSchema,
  validate,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import { readPlanningConfig } from '../src/planning/config.ts'
import { type Answer, ask, askInParts, memoryClients, startGraph } from './execution-graph.ts'
import { libraryArguments, librarySubgraphs, root } from './execution-library.ts'
import { createRandom } from './fuzz/random.ts'
import { type RandomOperation, randomOperation } from './fuzz/random-operation.ts'

const random = createRandom(1)
const open = memoryClients(librarySubgraphs)
const graph = await startGraph(librarySubgraphs, {
  // As a router plans: on a thread, from which deferred parts have to come whole.
  planning: readPlanningConfig({}),
  openClient(name, url) {
    const client = open(name, url)
    return {
      ...client,
      // Requests overtake each other.
      async send(request, call) {
        for (let turns = random.next() * 5; turns > 1; turns -= 1) await nextTurn()
        return client.send(request, call)
      },
    }
  },
})
afterAll(() => graph.stop())
const monolith = buildSchema(printSchema(graph.apiSchema()))

/** Raise it to look for rarer differences. */
const seeds = Number(process.env['GRAVITY_TEST_RANDOM_OPERATIONS'] ?? 150)

it('answers random operations with deferred parts as it answers them whole', async () => {
  let inParts = 0
  for (let seed = 0; seed < seeds; seed += 1) {
    const operation = randomOperation({
      schema: monolith,
      depth: 3,
      aliases: Array.from({ length: 50 }, (_, index) => `x${index}`),
      argumentTexts: libraryArguments,
      deferPercent: 60,
      random: createRandom(seed),
    })
    const { query, variables } = operation
    if (validate(monolith, parse(query)).length > 0) continue
    const whole = await ask(graph, query, { variables })
    const states = await askInParts(graph, query, { variables })
    const last = states.at(-1)

    if (states.length > 1) {
      inParts += 1
      const expected = await firstPart(operation)
      expect({ query, data: JSON.stringify(states[0]?.data) }).toEqual({ query, data: expected })
    }
    // A null that is stopped by a part takes less with it.
    const compared = { actual: last?.data, expected: whole.data, path: '' }
    const different = differences(compared, whole.errors === undefined)
    expect({ query, different }).toEqual({ query, different: [] })
    expect({ query, untold: untold(whole, last) }).toEqual({ query, untold: [] })
  }
  expect(inParts).toBeGreaterThan(seeds / 5)
})

/** What a plain GraphQL server answers when everything that is deferred is taken out. */
async function firstPart({ query, variables }: RandomOperation): Promise<string> {
  const document = parse(query)
  const operation = getOperationAST(document)
  const { coerced = {} } = getVariableValues(
    monolith,
    operation?.variableDefinitions ?? [],
    variables,
  )
  const isDefer = ({ name, arguments: [condition] = [] }: DirectiveNode): boolean =>
    name.value === 'defer' && (!condition || valueFromASTUntyped(condition.value, coerced) === true)
  const left = visit(document, {
    InlineFragment: ({ directives }) => (directives?.some(isDefer) ? null : undefined),
    FragmentSpread: ({ directives }) => (directives?.some(isDefer) ? null : undefined),
  })
  const { data } = await execute({
    schema: monolith,
    document: left,
    rootValue: root,
    variableValues: variables,
  })
  return JSON.stringify(data)
}

interface Compared {
  readonly actual: unknown
  readonly expected: unknown
  readonly path: string
}

/** Paths at which one answer lacks what another has; when they are `same`, also those at which it has more. */
function differences({ actual, expected, path }: Compared, same: boolean): string[] {
  if (expected === null && !same) return []
  if (!isObject(expected)) return actual === expected ? [] : [path]
  if (!isObject(actual)) return [path]
  const below = Object.entries(expected).flatMap(([name, value]) =>
    differences({ actual: actual[name], expected: value, path: `${path}.${name}` }, same),
  )
  const hasMore = same && Object.keys(actual).length > Object.keys(expected).length
  return hasMore ? [...below, path] : below
}

/** The errors of an answer whose nulls another has without saying why. */
function untold({ errors = [] }: Answer, other: Answer | undefined): string[] {
  const told = new Set((other?.errors ?? []).map(textOf))
  return errors
    .filter((error) => leadsToNull(other?.data, error.path) && !told.has(textOf(error)))
    .map(textOf)
}

function textOf({ message, path }: { readonly message: string; readonly path?: unknown }): string {
  return JSON.stringify([message, path])
}

function leadsToNull(data: unknown, path: readonly (string | number)[] = []): boolean {
  const value = path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), data)
  return value === null
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null
}
