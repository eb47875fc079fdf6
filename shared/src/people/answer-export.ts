import { type Consumer, defineConsumer } from '../events/consumer.ts'
import type { ExportPart } from '../events/contracts/leaving.ts'
import { exportRequested } from '../events/contracts/users.ts'
import type { EventContract } from '../events/event-contract.ts'
import type { Outbox } from '../events/outbox.ts'
import type { ExportReader, ExportSection } from './export-reader.ts'

/** What a service's store needs for answering. */
export interface AnsweringStore {
  readonly exports: ExportReader
  readonly outbox: Outbox
}

/** The consumer by which a service gives its parts when a person wants what is kept about them. */
export function answerExportConsumer<Store extends AnsweringStore>(
  answer: EventContract<ExportPart>,
  sections: readonly ExportSection[],
): Consumer<Store> {
  return defineConsumer({
    name: 'answer-export',
    event: exportRequested,
    async consume(store: Store, { aggregateVersion: attempt, payload }) {
      const { exportId, userId } = payload
      for await (const part of store.exports.parts(sections, userId)) {
        await store.outbox.add(answer, {
          aggregateId: exportId,
          aggregateVersion: attempt,
          payload: { userId, exportId, attempt, ...part },
        })
      }
    },
  })
}
