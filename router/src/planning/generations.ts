import type { SupergraphSource } from '../supergraph/supergraph-source.ts'
import {
  createGeneration,
  type GenerationOptions,
  type ServedGeneration,
  warmUp,
} from './generation.ts'

export interface GenerationsOptions extends GenerationOptions {
  readonly source: SupergraphSource
}

/** The generation that new requests begin in, and those before it that still have requests. */
export interface Generations {
  readonly current: () => ServedGeneration
  /** Keeps a generation's connections open until the returned function is called. */
  hold(generation: object): () => void
  /** Calls the listener after each change of the schema, until the returned function is called. */
  onChange(listener: () => void): () => void
  stop(): Promise<void>
}

/** How often it is checked whether the last request of an old generation has ended. */
const retirementMilliseconds = 1_000

/**
 * Starts a source and follows its changes. Rejects when there is no supergraph to begin with, or it cannot be served; a
 * later one that cannot be served is logged, and the last good one stays.
 */
export async function openGenerations(options: GenerationsOptions): Promise<Generations> {
  const { source, clients, log } = options
  const holds = new Map<object, number>()
  const listeners = new Set<() => void>()
  let retirement: NodeJS.Timeout | undefined
  let current: ServedGeneration | undefined

  const change = (sdl: string): void => {
    try {
      const previous = current
      const next = createGeneration(sdl, options)
      current = next
      for (const listener of listeners) listener()
      log.info('Serving a new supergraph.')
      retirement ??= setInterval(retire, retirementMilliseconds).unref()
      if (previous) void warmUp(next, previous, log)
    } catch (error) {
      log.error({ err: error }, 'The new supergraph cannot be served; the last good one stays.')
    }
  }
  const retire = (): void => {
    if (!current || [...holds.keys()].some((held) => held !== current)) return
    clearInterval(retirement)
    retirement = undefined
    clients.retain(current.supergraph.subgraphs).catch((error: unknown) => {
      log.warn({ err: error }, 'The connections to a former subgraph do not close.')
    })
  }
  const first = await source.start(change)
  const begun = current ?? createGeneration(first, options)
  current = begun
  return {
    current: () => current ?? begun,
    hold(generation) {
      holds.set(generation, (holds.get(generation) ?? 0) + 1)
      return () => {
        const left = (holds.get(generation) ?? 1) - 1
        if (left === 0) holds.delete(generation)
        else holds.set(generation, left)
      }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async stop() {
      clearInterval(retirement)
      await source.stop()
      await clients.close()
    },
  }
}
