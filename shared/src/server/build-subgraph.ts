import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import { type GraphQLSchema, parse } from 'graphql'
import { GravityError } from '../errors/gravity-error.ts'
import { invariant } from '../errors/invariant.ts'
import { createCompiledExecutor } from '../execution/compiled-executor.ts'
import { sharedScalars } from '../graphql/scalars.ts'
import { enforceTextRules } from '../graphql/text-rules.ts'
import { identityWithin } from '../viewer/delegation.ts'
import type { RequestIdentity } from '../viewer/viewer.ts'
import { enforceAccessRules } from './access-rules.ts'
import { AnswerAudience } from './answer-audience.ts'
import { guardField } from './guard-field.ts'
import { refuseActors } from './refuse-actors.ts'
import { assertResolversFit, type ResolverMap } from './resolver-fit.ts'
import type { PublicRoute, Subgraph } from './subgraph.ts'
import { subgraphSdl } from './subgraph-sdl.ts'

export interface SubgraphOptions<Context extends object> {
  /** The plural noun of the service, such as `users`. */
  readonly name: string
  /** The subgraph's own SDL file: `new URL('../schema.graphql', import.meta.url)`. */
  readonly sdlFile: URL
  readonly resolvers: ResolverMap
  /** Makes a new object for each request and each event: it holds that request's loaders. */
  readonly createContext: (request: {
    readonly identity: RequestIdentity
    readonly signal: AbortSignal
    /** To be told when an answer is not for everybody, although the schema says so. */
    readonly audience: AnswerAudience
  }) => Context
  /** Which mutations are refused to an administrator who acts as somebody else, by their names; none by default. */
  readonly onlyInPerson?: (mutation: string) => boolean
  readonly routes?: readonly PublicRoute[]
  readonly checks?: Subgraph['checks']
  readonly start?: () => Promise<void>
  readonly stop?: () => Promise<void>
}

/** Both SDL forms must be one, or the graph would differ between one process and many. */
function publishSdl(schema: GraphQLSchema, sdl: string): void {
  const { _service: service } = schema.getQueryType()?.getFields() ?? {}
  invariant(service, 'a subgraph schema has the field Query._service')
  service.resolve = () => ({ sdl })
}

/** Far above what one plan fetches of one subgraph, far below what would keep the process busy for seconds. */
const mostRepresentations = 10_000

function limitRepresentations(schema: GraphQLSchema): void {
  const { _entities: entities } = schema.getQueryType()?.getFields() ?? {}
  if (!entities) return
  guardField(entities, ({ representations }) => {
    if (Array.isArray(representations) && representations.length > mostRepresentations) {
      const message = `At most ${mostRepresentations} entities can be fetched at once`
      throw new GravityError('BAD_USER_INPUT', message)
    }
  })
}

interface IdentityMark {
  read(context: unknown): RequestIdentity | undefined
  write(context: object, identity: RequestIdentity): object
}

/**
 * Marks contexts with the identity that access rules read. A symbol of its own keeps a subgraph from loosening a rule by
 * what it puts into its context, and, unlike a WeakMap, survives the copy that Apollo Server makes of every context.
 */
function createIdentityMark(): IdentityMark {
  const mark = Symbol('request identity')
  const isMarked = (context: unknown): context is { readonly [mark]: RequestIdentity } =>
    typeof context === 'object' && context !== null && mark in context
  return {
    read: (context) => (isMarked(context) ? context[mark] : undefined),
    write(context, identity) {
      invariant(!isMarked(context), 'createContext makes a new object for each request')
      return Object.assign(context, { [mark]: identity })
    },
  }
}

/**
 * Builds a subgraph from its SDL and resolvers: merges the shared value types, and enforces access and text rules in
 * front of every resolver. Throws when the SDL does not compose into a schema or the resolvers do not fit it; nothing
 * runs until `start`.
 */
export function buildSubgraph<Context extends object>(options: SubgraphOptions<Context>): Subgraph {
  const sdl = subgraphSdl(options.sdlFile)
  const document = parse(sdl)
  // Apollo declares its map with `any`; `assertResolversFit` checks below what that type would not.
  const resolvers = { ...sharedScalars, ...options.resolvers } as GraphQLResolverMap<Context>
  const schema = buildSubgraphSchema([{ typeDefs: document, resolvers }])
  assertResolversFit(schema, options.resolvers)
  publishSdl(schema, sdl)
  const identities = createIdentityMark()
  enforceTextRules(schema)
  limitRepresentations(schema)
  const viewerOf = (context: unknown) => identities.read(context)?.viewer ?? null
  if (options.onlyInPerson) refuseActors(schema, { isRefused: options.onlyInPerson, viewerOf })
  enforceAccessRules(schema, { domain: options.name, document, viewerOf })
  return {
    name: options.name,
    sdl,
    schema,
    execute: createCompiledExecutor(schema),
    routes: options.routes ?? [],
    checks: options.checks ?? {},
    createContext({ identity, signal, audience = new AnswerAudience() }) {
      const seen = identityWithin(options.name, identity)
      return identities.write(options.createContext({ identity: seen, signal, audience }), identity)
    },
    start: async () => options.start?.(),
    stop: async () => options.stop?.(),
  }
}
