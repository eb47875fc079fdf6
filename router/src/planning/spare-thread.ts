import { getHeapStatistics } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { SupergraphMessage } from './planner-worker.ts'

/** Planners are not tidy: some plans take gigabytes, and only their thread may die of it. */
function heapMegabytes(): number {
  return Math.min(2_048, Math.floor(getHeapStatistics().heap_size_limit / 2 ** 21))
}

/** Starts a thread that becomes a planner when it is told its supergraph; see `planner-worker.ts`. */
export function startThread(): Worker {
  const worker = new Worker(new URL('planner-worker.ts', import.meta.url), {
    name: 'planner',
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes() },
  })
  worker.unref()
  return worker
}

/** Tells a thread what it is going to plan for. */
export function becomePlanner(worker: Worker, sdl: string): Worker {
  worker.postMessage({ sdl } satisfies SupergraphMessage)
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
