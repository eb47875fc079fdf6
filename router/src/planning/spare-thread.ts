import { getHeapStatistics } from 'node:v8'
import { Worker } from 'node:worker_threads'

/**
 * Planners are not tidy: some plans take gigabytes, and only their thread may die of it. With 2 GiB or more V8 would let
 * garbage grow to four times what is in use before it collects, instead of twice.
 */
function heapMegabytes(): number {
  return Math.min(2_000, Math.floor(getHeapStatistics().heap_size_limit / 2 ** 21))
}

/** What V8 takes by itself would be 128 for a thread that is idle mostly; plans are no slower with less. */
const youngMegabytes = 24

/** Starts a thread that plans for the supergraphs that it is told of; see `planner-worker.ts`. */
export function startThread(): Worker {
  const worker = new Worker(new URL('planner-worker.ts', import.meta.url), {
    name: 'planner',
    resourceLimits: {
      maxOldGenerationSizeMb: heapMegabytes(),
      maxYoungGenerationSizeMb: youngMegabytes,
    },
  })
  worker.unref()
  return worker
}

/**
 * A thread that loads what a planner needs (a third of a second) while the rest of the process still starts, so that the
 * first operation finds a planner.
 */
export interface SpareThread {
  /** Hands the thread over, once; another is started when it is gone. */
  take(): Worker
  close(): Promise<void>
}

/** Starts a spare thread; does not keep the process alive. */
export function startSpareThread(): SpareThread {
  let spare: Worker | undefined = startThread()
  const drop = (): void => {
    spare = undefined
  }
  // Whoever takes it learns of its failures; until then a new one is as good.
  spare.on('error', drop)
  spare.once('exit', drop)
  return {
    take() {
      const worker = spare ?? startThread()
      worker.off('error', drop)
      worker.off('exit', drop)
      spare = undefined
      return worker
    },
    async close() {
      await spare?.terminate()
    },
  }
}
