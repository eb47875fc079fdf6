import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from '@gravity/shared/log/logger'
import type { ServedGeneration } from './generation.ts'
import type { RememberedOperation } from './remembered-operation.ts'

export interface WarmUpOptions {
  readonly log: Logger
  /** Ends it early. */
  readonly signal: AbortSignal
}

/**
 * Prepares operations before they are asked for, one after another and each in a turn of the event loop of its own, so
 * that whoever asks meanwhile waits for one of them at most. Resolves when all are ready. Never rejects.
 */
export async function warmUp(
  { operations }: ServedGeneration,
  remembered: readonly RememberedOperation[],
  { log, signal }: WarmUpOptions,
): Promise<void> {
  for (const operation of remembered) {
    await nextTurn()
    if (signal.aborted) return
    try {
      await operations.prepareAgain(operation)
    } catch (error) {
      log.warn(
        { err: error, operation: operation.operationName },
        'An operation cannot be planned.',
      )
    }
  }
}
