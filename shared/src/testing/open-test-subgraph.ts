import { type FormattedExecutionResult, parse, validate } from 'graphql'
import pg from 'pg'
import { invariant } from '../errors/invariant.ts'
import type { Platform } from '../platform/platform.ts'
import { createInMemoryCaller } from '../server/call-in-memory.ts'
import type { CreateSubgraph, Subgraph } from '../server/subgraph.ts'
import type { RequestIdentity, Viewer } from '../viewer/viewer.ts'
import { aViewer } from './a-viewer.ts'
import { createTestPlatform } from './test-platform.ts'

export interface TestQuestion {
  readonly viewer?: Viewer | null
  readonly variables?: Readonly<Record<string, unknown>>
  readonly clientAddress?: string
  readonly signal?: AbortSignal
}

/** A subgraph on a database of its own, to be asked as the router would ask it. */
export interface TestSubgraph {
  readonly subgraph: Subgraph
  readonly platform: Platform
  /** Executes a query or mutation; signed in as `aViewer()` unless the question names another viewer, or null for none. */
  ask(document: string, question?: TestQuestion): Promise<FormattedExecutionResult>
  /** `ask` for what must succeed: throws when there are errors. The caller names the shape of the data. */
  answer<Data>(document: string, question?: TestQuestion): Promise<Data>
  /** Starts a subscription that must not be refused. */
  listen(
    document: string,
    question?: TestQuestion,
  ): Promise<AsyncIterableIterator<FormattedExecutionResult>>
  /** Looks into the subgraph's database. The caller names the shape of the rows. */
  sql<Row>(statement: string, parameters?: readonly unknown[]): Promise<Row[]>
  [Symbol.asyncDispose](): Promise<void>
}

export interface TestSubgraphOptions {
  /** Default: a new test platform, which is closed with the subgraph. */
  readonly platform?: Platform
  /** Default `none`. */
  readonly seed?: Platform['seed']
}

/** Opens and starts a subgraph on a database of its own. Dispose it at the end. */
export async function openTestSubgraph(
  createSubgraph: CreateSubgraph,
  options: TestSubgraphOptions = {},
): Promise<TestSubgraph> {
  const platform = options.platform ?? (await createTestPlatform())
  const subgraph = await createSubgraph({ ...platform, seed: options.seed ?? 'none' })
  await subgraph.start()
  const pool = new pg.Pool({ connectionString: platform.databaseUrl(subgraph.name), max: 2 })
  const caller = createInMemoryCaller(subgraph, { log: platform.log })
  const operationOf = (text: string, question: TestQuestion) => {
    const document = parse(text)
    const [mistake] = validate(subgraph.schema, document)
    if (mistake) throw mistake
    return {
      document,
      variables: question.variables ?? {},
      identity: identityOf(platform, question),
      signal: question.signal ?? new AbortController().signal,
    }
  }
  const ask = (document: string, question: TestQuestion = {}) =>
    caller.execute(operationOf(document, question))
  return {
    subgraph,
    platform,
    ask,
    async answer<Data>(document: string, question?: TestQuestion) {
      const { data, errors } = await ask(document, question)
      if (errors) throw new Error(JSON.stringify(errors))
      // The test knows what it has asked for.
      return data as Data
    },
    async listen(document, question = {}) {
      const stream = await caller.subscribe(operationOf(document, question))
      invariant(Symbol.asyncIterator in stream, `refused: ${JSON.stringify(stream)}`)
      return stream
    },
    async sql<Row>(statement: string, parameters: readonly unknown[] = []) {
      const { rows } = await pool.query(statement, [...parameters])
      // The test knows its own statement.
      return rows as Row[]
    },
    async [Symbol.asyncDispose]() {
      await pool.end()
      await subgraph.stop()
      if (!options.platform) await platform.close()
    },
  }
}

function identityOf(platform: Platform, question: TestQuestion): RequestIdentity {
  return {
    viewer: question.viewer === undefined ? aViewer() : question.viewer,
    requestId: platform.newId(),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    clientAddress: question.clientAddress ?? '192.0.2.1',
  }
}
