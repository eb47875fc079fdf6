import type { GraphQLDataSource, SupergraphManager } from '@apollo/gateway'
import { StartError } from '@gravity/shared/config/start-error'
import type { Logger } from '@gravity/shared/log/logger'
import { type LastGoodSdls, openLastGoodSdls } from './last-good-sdls.ts'
import { withRoutingUrls } from './routing-urls.ts'
import type { SupergraphSource } from './supergraph-source.ts'

/** A subgraph that runs somewhere else. */
export interface ManagedSubgraph {
  readonly name: string
  readonly url: string
}

export interface ManagedSourceOptions {
  readonly subgraphs: readonly ManagedSubgraph[]
  /** Asks a running subgraph for its SDL (`_service { sdl }`); rejects when it does not answer. */
  readonly fetchSdl: (subgraph: ManagedSubgraph) => Promise<string>
  readonly log: Logger
  /** How often the subgraphs are asked; 5,000 by default. */
  readonly pollMilliseconds?: number
  /** Served until every subgraph has answered once, at the addresses above: the committed supergraph, for instance. */
  readonly fallbackSdl?: string
  /** Keeps the SDLs of the last run, so that a start does not need every subgraph. */
  readonly memoryFile?: string
}

/** A source that also knows what it composes from. */
export interface ManagedSource extends SupergraphSource {
  /** The last SDL of every subgraph; undefined while one has not been seen. */
  sdls(): readonly string[] | undefined
}

/**
 * Composes running subgraphs with the supergraph manager of `@apollo/gateway` and keeps composing them. A subgraph that
 * is away counts with the last SDL it gave: the manager itself gives up when one of many does not answer, which also
 * hides what the others changed (apollographql/federation#1438, #1784). A change that does not compose is logged by the
 * manager, and the last good supergraph stays.
 */
export function managedSource(options: ManagedSourceOptions): ManagedSource {
  const { log, fallbackSdl, pollMilliseconds = 5_000 } = options
  let cleanup: (() => Promise<void>) | undefined
  let retry: NodeJS.Timeout | undefined
  let memory: LastGoodSdls | undefined
  let stopped = false

  const initialize = async (
    sdls: LastGoodSdls,
    onChange: (sdl: string) => void,
  ): Promise<string> => {
    // Loading the package takes most of a second and tens of megabytes; one process never needs it.
    const { IntrospectAndCompose } = await import('@apollo/gateway')
    const manager: SupergraphManager = new IntrospectAndCompose({
      subgraphs: [...options.subgraphs],
      pollIntervalInMs: pollMilliseconds,
      logger: { debug: log.debug, info: log.info, warn: log.warn, error: log.warn },
    })
    const started = await manager.initialize({
      update: onChange,
      healthCheck: async () => undefined,
      getDataSource: ({ name, url }) => sdlDataSource({ name, url: url ?? '' }, options, sdls),
    })
    if (stopped) await started.cleanup?.()
    else cleanup = started.cleanup
    return started.supergraphSdl
  }
  const keepTrying = (sdls: LastGoodSdls, onChange: (sdl: string) => void): void => {
    retry = setTimeout(async () => {
      try {
        onChange(await initialize(sdls, onChange))
      } catch (error) {
        log.debug({ err: error }, 'Not every subgraph has been seen yet.')
        if (!stopped) keepTrying(sdls, onChange)
      }
    }, pollMilliseconds)
    retry.unref()
  }
  return {
    sdls() {
      const known = options.subgraphs.flatMap(({ name }) => memory?.get(name) ?? [])
      return known.length === options.subgraphs.length ? known : undefined
    },
    async start(onChange) {
      const sdls = await openLastGoodSdls(options.memoryFile, log)
      memory = sdls
      try {
        return await initialize(sdls, onChange)
      } catch (error) {
        if (fallbackSdl === undefined) throw nothingToServe(error)
        log.warn({ err: error }, 'Not every subgraph answers; serving the committed supergraph.')
        keepTrying(sdls, onChange)
        return withRoutingUrls(fallbackSdl, routingUrls(options))
      }
    },
    async stop() {
      stopped = true
      clearTimeout(retry)
      await cleanup?.()
      await memory?.flush()
    },
  }
}

function routingUrls({ subgraphs }: ManagedSourceOptions): ReadonlyMap<string, string> {
  return new Map(subgraphs.map(({ name, url }) => [name, url]))
}

function nothingToServe(cause: unknown): StartError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StartError(`The subgraphs give no schema to serve, start them first: ${reason}`, {
    cause,
  })
}

/** Answers the manager's question for the SDL, from memory when the subgraph does not. */
function sdlDataSource(
  subgraph: ManagedSubgraph,
  { fetchSdl, log }: ManagedSourceOptions,
  sdls: LastGoodSdls,
): GraphQLDataSource {
  return {
    async process() {
      try {
        const sdl = await fetchSdl(subgraph)
        sdls.set(subgraph.name, sdl)
        return { data: { _service: { sdl } } }
      } catch (error) {
        const sdl = sdls.get(subgraph.name)
        if (sdl === undefined) throw error
        log.debug({ err: error, subgraph: subgraph.name }, 'Composing with a remembered schema.')
        return { data: { _service: { sdl } } }
      }
    },
  }
}
