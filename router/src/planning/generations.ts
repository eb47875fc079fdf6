import type { SupergraphSource } from '../supergraph/supergraph-source.ts'
import type { PlanningConfig } from './config.ts'
import { createGeneration, type GenerationOptions, type ServedGeneration } from './generation.ts'
import { type OperationMemory, openOperationMemory } from './operation-memory.ts'
import { PlannerThreads } from './planner-threads.ts'
import { listedOperation, type RememberedOperation } from './remembered-operation.ts'
import type { SpareThread } from './spare-thread.ts'
import { warmUp } from './warm-up.ts'

export interface GenerationsOptions extends Omit<GenerationOptions, 'planning' | 'plannerThreads'> {
  readonly source: SupergraphSource
  /** By default plans are made on this thread. */
  readonly planning?: PlanningConfig | undefined
  /** A thread that was started before, to plan. */
  readonly spareThread?: SpareThread | undefined
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

/**
 * Starts a source and follows its changes. A later supergraph is served when what was asked for last has been prepared
 * for it, or after a while. Rejects when there is no supergraph to begin with, or it cannot be served; a later one that
 * cannot be served is logged, and the last good one stays.
 */
export async function openGenerations(options: GenerationsOptions): Promise<Generations> {
  const memory = await openOperationMemory(options.warming?.file, options.log)
  const plannerThreads = openPlannerThreads(options)
  const generations = new GenerationSequence({ ...options, plannerThreads }, memory)
  try {
    await generations.start()
  } catch (error) {
    await plannerThreads?.stop()
    throw error
  }
  return generations
}

function openPlannerThreads({
  planning,
  spareThread,
  log,
}: GenerationsOptions): PlannerThreads | undefined {
  if (!planning || planning.threads === 0) return undefined
  const { threads, deadlineMs } = planning
  return new PlannerThreads({ threads, deadlineMs, log, start: spareThread?.take })
}

/** How often it is checked whether the last request of an old generation has ended. */
const retirementMilliseconds = 1_000
const rememberMilliseconds = 60_000
const defaults = { operations: 200, waitMs: 3_000 }

type SequenceOptions = GenerationsOptions & Pick<GenerationOptions, 'plannerThreads'>

class GenerationSequence implements Generations {
  readonly #options: SequenceOptions
  readonly #memory: OperationMemory
  readonly #holds = new Map<object, number>()
  readonly #listeners = new Set<() => void>()
  readonly #former = new Set<ServedGeneration>()
  #current: ServedGeneration | undefined
  /** What is being prepared, and has not been replaced by something newer. */
  #warming = new AbortController()
  /** The newest supergraph that nothing has been made of yet. */
  #wanted: string | undefined
  #changing: Promise<void> | undefined
  #retirement: NodeJS.Timeout | undefined
  #remembering: NodeJS.Timeout | undefined

  constructor(options: SequenceOptions, memory: OperationMemory) {
    this.#options = options
    this.#memory = memory
  }

  async start(): Promise<void> {
    const first = await this.#options.source.start((sdl) => this.#follow(sdl))
    if (!this.#current) {
      this.#current = createGeneration(first, this.#options)
      void this.#warmFirst(this.#current, this.#warming.signal)
    }
    this.#remembering = setInterval(() => void this.#remember(), rememberMilliseconds).unref()
  }

  readonly current = (): ServedGeneration => {
    if (!this.#current) throw new Error('There is no supergraph yet')
    return this.#current
  }

  hold(generation: object): () => void {
    const holds = this.#holds
    holds.set(generation, (holds.get(generation) ?? 0) + 1)
    return () => {
      const left = (holds.get(generation) ?? 1) - 1
      if (left === 0) holds.delete(generation)
      else holds.set(generation, left)
    }
  }

  readonly onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async stop(): Promise<void> {
    clearInterval(this.#retirement)
    clearInterval(this.#remembering)
    this.#wanted = undefined
    this.#warming.abort()
    const { source, clients, plannerThreads } = this.#options
    await source.stop()
    await this.#changing
    await this.#remember()
    await plannerThreads?.stop()
    await clients.close()
  }

  #follow(sdl: string): void {
    this.#wanted = sdl
    this.#warming.abort()
    this.#changing ??= this.#changeAll()
  }

  /** Makes one change after another; of those that come meanwhile only the newest. */
  async #changeAll(): Promise<void> {
    let passedOver: ServedGeneration | undefined
    while (this.#wanted !== undefined) {
      const sdl = this.#wanted
      this.#wanted = undefined
      const next = this.#create(sdl) ?? passedOver
      if (passedOver !== next) passedOver?.planner.retire()
      passedOver = next && (await this.#change(next))
    }
    // Nothing may be awaited from here on: a supergraph that comes now begins anew.
    this.#changing = undefined
    passedOver?.planner.retire()
  }

  #create(sdl: string): ServedGeneration | undefined {
    try {
      return createGeneration(sdl, this.#options)
    } catch (error) {
      const { log } = this.#options
      log.error({ err: error }, 'The new supergraph cannot be served; the last good one stays.')
      return undefined
    }
  }

  /** Serves a generation when it is ready; resolves with it when something newer, or the end, has come before. */
  async #change(next: ServedGeneration): Promise<ServedGeneration | undefined> {
    this.#warming = new AbortController()
    const { signal } = this.#warming
    if (this.#current && this.#warmed > 0) await this.#prepare(next, signal)
    if (signal.aborted) return next
    this.#serve(next)
    return undefined
  }

  get #warmed(): number {
    return this.#options.warming?.operations ?? defaults.operations
  }

  #serve(next: ServedGeneration): void {
    const previous = this.#current
    if (previous && this.#holds.has(previous)) this.#former.add(previous)
    else previous?.planner.retire()
    this.#current = next
    const { log } = this.#options
    for (const listener of this.#listeners) {
      try {
        listener()
      } catch (error) {
        log.error({ err: error }, 'A change of the schema was not taken note of.')
      }
    }
    log.info('Serving a new supergraph.')
    this.#retirement ??= setInterval(() => this.#retire(), retirementMilliseconds).unref()
  }

  /** Resolves when the operations are ready, or have had their time; the rest goes on meanwhile. */
  async #prepare(next: ServedGeneration, signal: AbortSignal): Promise<void> {
    const { log, warming } = this.#options
    const ready = this.#listed().then((listed) =>
      warmUp(next, [...this.#recent(), ...listed], { log, signal }),
    )
    const enough = Promise.withResolvers<void>()
    const timer = setTimeout(enough.resolve, warming?.waitMs ?? defaults.waitMs)
    signal.addEventListener('abort', () => enough.resolve(), { once: true })
    await Promise.race([ready, enough.promise])
    clearTimeout(timer)
  }

  async #warmFirst(first: ServedGeneration, signal: AbortSignal): Promise<void> {
    if (this.#warmed === 0) return
    const remembered = this.#memory.remembered.slice(0, this.#warmed)
    const { log } = this.#options
    await warmUp(first, [...remembered, ...(await this.#listed())], { log, signal })
  }

  #recent(): RememberedOperation[] {
    return this.current().operations.recent(this.#warmed)
  }

  async #listed(): Promise<RememberedOperation[]> {
    const { warming, log } = this.#options
    try {
      return ((await warming?.documents?.()) ?? []).map(listedOperation)
    } catch (error) {
      log.warn({ err: error }, 'The listed documents cannot be prepared.')
      return []
    }
  }

  async #remember(): Promise<void> {
    if (this.#options.warming?.file === undefined || this.#warmed === 0) return
    const operations = this.current().operations.recentWithoutTexts(this.#warmed)
    // A short run must not make forgotten what a long one was asked for.
    if (operations.length > 0) await this.#memory.remember(this.#withEarlier(operations))
  }

  #withEarlier(operations: readonly RememberedOperation[]): RememberedOperation[] {
    const known = new Set(operations.map(({ query, operationName }) => `${operationName} ${query}`))
    const earlier = this.#memory.remembered.filter(
      ({ query, operationName }) => !known.has(`${operationName} ${query}`),
    )
    return [...operations, ...earlier].slice(0, this.#warmed)
  }

  #retire(): void {
    for (const generation of this.#former) {
      if (this.#holds.has(generation)) continue
      generation.planner.retire()
      this.#former.delete(generation)
    }
    const current = this.current()
    const isHeld = [...this.#holds.keys()].some((held) => held !== current)
    // What is being prepared needs its clients too.
    if (isHeld || this.#changing) return
    clearInterval(this.#retirement)
    this.#retirement = undefined
    const { clients, log } = this.#options
    clients.retain(current.supergraph.subgraphs).catch((error: unknown) => {
      log.warn({ err: error }, 'The connections to a former subgraph do not close.')
    })
  }
}
