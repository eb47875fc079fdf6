import { setTimeout as delay } from 'node:timers/promises'
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  Kind,
  subscribe,
  validate,
} from 'graphql'
import type { Graph, GraphCall, GraphResult, PreparedOperation } from '../src/graph.ts'
import { checkDocumentLimits } from '../src/limits/check-document-limits.ts'
import { countFields } from '../src/limits/count-fields.ts'
import { defaultDocumentLimits } from '../src/limits/document-limits.ts'
import { parseWithinLimits } from '../src/limits/parse-within-limits.ts'

const schema = buildSchema(`
  type Query {
    hello(name: String = "world"): String!
    me: Viewer
    self: Query
    "Answers when the client has gone, or after a minute."
    patience: String
    "Answers after some milliseconds."
    slow(ms: Int!): String!
    broken: String
  }
  type Mutation { add(amount: Int!): Int! }
  type Subscription {
    count(to: Int!): Int!
    "Emits what the test publishes, until it is aborted."
    published: String!
    "As many events as are pulled, of so many characters each."
    flood(characters: Int!): String!
    failing: Int!
  }
  type Viewer { id: ID! requestId: String! clientAddress: String impersonatedBy: ID }
`)

interface FixtureOperation extends PreparedOperation {
  readonly document: DocumentNode
}

/** A graph over graphql-js with one process and no subgraph: what the router's public face is tested with. */
export interface FixtureGraph extends Graph {
  /** Sends an event to every `published` subscription. */
  publish(text: string): void
  /** Operations begun and not ended. */
  readonly running: Set<string>
  /** Events that `flood` has produced. */
  flooded(): number
  /** What `checks` reports from now on. */
  setHealthy(healthy: boolean): void
  readonly stopped: () => boolean
}

export function createFixtureGraph(): FixtureGraph {
  const running = new Set<string>()
  const listeners = new Set<(text: string) => void>()
  const state = { healthy: true, stopped: false, flooded: 0, total: 0 }
  const rootValue = createRoot(running, listeners, state)

  return {
    running,
    flooded: () => state.flooded,
    stopped: () => state.stopped,
    publish: (text) => {
      for (const listener of listeners) listener(text)
    },
    setHealthy: (healthy) => {
      state.healthy = healthy
    },
    apiSchema: () => schema,
    prepare: async ({ query, operationName }) => prepare(query, operationName),
    async execute(operation, call) {
      return toResult(await execute({ ...toArguments(operation, call), rootValue }))
    },
    async executeInParts(operation, call) {
      return toResult(await execute({ ...toArguments(operation, call), rootValue }))
    },
    async subscribe(operation, call) {
      const outcome = await subscribe({ ...toArguments(operation, call), rootValue })
      return Symbol.asyncIterator in outcome ? mapResults(outcome) : toResult(outcome)
    },
    checks: () => ({
      fixture: async () => {
        if (!state.healthy) throw new Error('The fixture is told to be down')
      },
    }),
    async stop() {
      state.stopped = true
    },
  }
}

interface State {
  healthy: boolean
  stopped: boolean
  flooded: number
  total: number
}

function createRoot(
  running: Set<string>,
  listeners: Set<(text: string) => void>,
  state: State,
): Readonly<Record<string, unknown>> {
  const root = {
    hello: ({ name }: { name: string }) => `Hello ${name}`,
    self: () => root,
    me: (_: unknown, { identity }: GraphCall) =>
      identity.viewer && {
        id: identity.viewer.userId,
        requestId: identity.requestId,
        clientAddress: identity.clientAddress,
        impersonatedBy: identity.viewer.impersonatedBy,
      },
    patience: (_: unknown, { signal }: GraphCall) =>
      track(
        running,
        'patience',
        delay(60_000, 'rewarded', { signal }).catch(() => 'interrupted'),
      ),
    slow: ({ ms }: { ms: number }) => track(running, 'slow', delay(ms, 'done')),
    broken: () => {
      throw new Error('a secret of the inside')
    },
    add: ({ amount }: { amount: number }) => {
      state.total += amount
      return state.total
    },
    async *count({ to }: { to: number }) {
      for (let count = 1; count <= to; count += 1) yield { count }
    },
    published: (_: unknown, { signal }: GraphCall) => listen(listeners, running, signal),
    async *flood({ characters }: { characters: number }, { signal }: GraphCall) {
      const flood = 'x'.repeat(characters)
      while (!signal.aborted) {
        state.flooded += 1
        yield { flood }
        await delay(0)
      }
    },
    async *failing() {
      yield { failing: 1 }
      throw new Error('a secret of the inside')
    },
  }
  return root
}

async function track<T>(running: Set<string>, name: string, work: Promise<T>): Promise<T> {
  running.add(name)
  try {
    return await work
  } finally {
    running.delete(name)
  }
}

async function* listen(
  listeners: Set<(text: string) => void>,
  running: Set<string>,
  signal: AbortSignal,
): AsyncGenerator<{ published: string }> {
  const waiting: string[] = []
  let wake = () => {}
  const listener = (text: string) => {
    waiting.push(text)
    wake()
  }
  const key = `published ${Math.random()}`
  signal.addEventListener('abort', () => wake())
  listeners.add(listener)
  running.add(key)
  try {
    while (!signal.aborted) {
      const next = waiting.shift()
      if (next !== undefined) yield { published: next }
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    listeners.delete(listener)
    running.delete(key)
  }
}

function prepare(
  query: string,
  operationName: string | undefined,
): FixtureOperation | { errors: readonly GraphQLFormattedError[] } {
  try {
    const document = parseWithinLimits(query, defaultDocumentLimits)
    const limits = checkDocumentLimits(document, defaultDocumentLimits)
    const errors = limits.length > 0 ? limits : validate(schema, document)
    if (errors.length > 0) return { errors: errors.map(format) }
    const node = getOperationAST(document, operationName)
    if (!node) return { errors: [format(new GraphQLError('Unknown operation'))] }
    return {
      kind: node.operation,
      name: node.name?.value,
      defers: false,
      document,
      countFields: () => countFields({ operation: node, fragments: fragmentsOf(document), schema }),
    }
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [format(error)] }
    throw error
  }
}

function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]))
}

function toArguments(operation: PreparedOperation, call: GraphCall) {
  // Only this graph prepares what it executes.
  const { document, name } = operation as FixtureOperation
  return {
    schema,
    document,
    operationName: name ?? null,
    variableValues: call.variables,
    contextValue: call,
  }
}

async function* mapResults(results: AsyncIterable<ExecutionResult>): AsyncGenerator<GraphResult> {
  for await (const result of results) yield toResult(result)
}

function toResult({ data, errors = [] }: ExecutionResult): GraphResult {
  const formatted = errors.map(format)
  const refused = data === undefined
  const shown = formatted.length > 0 ? { errors: formatted } : {}
  return {
    errors: formatted,
    refused,
    body: JSON.stringify(refused ? shown : { ...shown, data }),
  }
}

function format(error: GraphQLError): GraphQLFormattedError {
  const { message, extensions, ...place } = error.toJSON()
  const code = extensions?.['code'] ?? 'BAD_USER_INPUT'
  // The real graph masks; this one at least keeps secrets out of what the tests look at.
  const masked = error.originalError && !(error.originalError instanceof GraphQLError)
  const shown = masked ? 'Something went wrong on our side.' : message
  return {
    ...place,
    message: shown,
    extensions: { ...extensions, code: masked ? 'INTERNAL_SERVER_ERROR' : code },
  }
}
