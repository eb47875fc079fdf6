import { eventually } from '@gravity/shared/testing/eventually'
import type { FormattedExecutionResult } from 'graphql'

/** The events of one subscription, gathered as they come. */
export interface Collected extends AsyncDisposable {
  readonly events: readonly unknown[]
  /** Waits until so many have come. */
  received(count: number): Promise<void>
  /** Waits until the stream has ended by itself. */
  end(): Promise<void>
}

export function collect(stream: AsyncIterableIterator<FormattedExecutionResult>): Collected {
  const events: unknown[] = []
  const reading = (async () => {
    for await (const { data, errors } of stream) {
      if (errors) throw new Error(JSON.stringify(errors))
      events.push(data)
    }
  })()
  return {
    events,
    async received(count) {
      await eventually(() => {
        if (events.length < count) throw new Error(`${events.length} of ${count} came`)
      })
    },
    end: () => reading,
    async [Symbol.asyncDispose]() {
      await stream.return?.()
      await reading
    },
  }
}
