// How long operations take that nobody has asked before: parsed, validated, planned, compiled and executed over
// subgraphs that answer at once, and nothing.
import { readRouterConfig } from '@gravity/router/config'
import { createGraph, type ServedGraph } from '@gravity/router/create-graph'
import type { SubgraphClient, SubgraphResponse } from '@gravity/router/subgraphs/subgraph-client'
import { staticSource } from '@gravity/router/supergraph/supergraph-source'
import { createLogger } from '@gravity/shared/log/logger'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import {
  type GraphQLInputType,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  parse,
  typeFromAST,
} from 'graphql'
import { answerCommands } from '../processes.ts'

export interface ColdOperation {
  readonly name: string
  readonly query: string
}

export interface ColdPlanningCommands {
  /**
   * Asks each operation twice over a supergraph that has just been opened. Milliseconds, by operation: the first time,
   * and the second, when the plan is known.
   */
  ask(input: {
    readonly supergraph: string
    readonly operations: readonly ColdOperation[]
  }): Promise<Record<string, { readonly first: number; readonly second: number }>>
}

const nothing: SubgraphResponse = { data: null, errors: [] }
const silentClient: SubgraphClient = {
  send: async () => nothing,
  subscribe: async () => nothing,
  check: async () => undefined,
  close: async () => undefined,
}

answerCommands<ColdPlanningCommands>({
  async ask({ supergraph, operations }) {
    const { planning } = readRouterConfig({ ...process.env, PORT: '0' })
    const graph = await createGraph({
      source: staticSource(supergraph),
      openClient: () => silentClient,
      log: createLogger({ name: 'bench', level: 'error', format: 'pretty' }),
      planning,
    })
    const times: Record<string, { first: number; second: number }> = {}
    for (const operation of operations) {
      const first = await timeOf(graph, operation)
      const second = await timeOf(graph, operation)
      times[operation.name] = { first, second }
    }
    await graph.stop()
    return times
  },
})

async function timeOf(graph: ServedGraph, { name, query }: ColdOperation): Promise<number> {
  const variables = variablesFor(graph, query)
  const userId = '0190163d-8694-739b-aea5-966c26f8ad91'
  const viewer = { userId, sessionId: userId, roles: [], scopes: [], expiresAt: 2 ** 40 }
  const identity = {
    viewer,
    requestId: 'bench',
    traceparent: createTraceparent(),
    clientAddress: null,
  }
  const call = { identity, variables, signal: new AbortController().signal }
  const begun = performance.now()
  const request = { query, operationName: undefined, variables, extensions: undefined }
  const prepared = await graph.prepare(request)
  if ('errors' in prepared) throw new Error(`${name}: ${JSON.stringify(prepared.errors)}`)
  const result =
    prepared.kind === 'subscription'
      ? await graph.subscribe(prepared, call)
      : await graph.execute(prepared, call)
  if ('refused' in result && result.refused) throw new Error(`${name}: ${result.body}`)
  return performance.now() - begun
}

/** Values that the operation's variables accept. */
function variablesFor(graph: ServedGraph, query: string): Record<string, unknown> {
  const schema = graph.apiSchema()
  const definitions = getOperationAST(parse(query))?.variableDefinitions ?? []
  return Object.fromEntries(
    definitions.flatMap(({ variable, type: node, defaultValue }) => {
      // A cast that `typeFromAST` needs: it has one overload for each kind of node.
      const type = typeFromAST(schema, node as never) as GraphQLInputType | undefined
      return type && isNonNullType(type) && !defaultValue
        ? [[variable.name.value, acceptedValue(type)] as const]
        : []
    }),
  )
}

function acceptedValue(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return acceptedValue(type.ofType)
  if (isListType(type)) return [acceptedValue(type.ofType)]
  if (isEnumType(type)) return type.getValues()[0]?.name
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField)
    return Object.fromEntries(fields.map((field) => [field.name, acceptedValue(field.type)]))
  }
  return ['Int', 'Float'].includes(type.name) ? 1 : '1'
}
