import { type Consumer, defineConsumer } from '@gravity/shared/events/consumer'
import { authExportPart } from '@gravity/shared/events/contracts/auth'
import { chatExportPart } from '@gravity/shared/events/contracts/chat'
import { exportRequested } from '@gravity/shared/events/contracts/users'
import type { UsersStore } from '../store.ts'
import type { DataExportService } from './data-export.service.ts'

/** What fills exports: this service's own part, and those of others. */
export function dataExportConsumers(exports: DataExportService): Consumer<UsersStore>[] {
  return [
    defineConsumer({
      name: 'collect-own-part',
      event: exportRequested,
      consume: (store: UsersStore, { aggregateVersion: attempt, payload }) =>
        exports.collectOwn(store, { ...payload, attempt }),
    }),
    ...Object.entries({ auth: authExportPart, chat: chatExportPart }).map(([service, event]) =>
      defineConsumer({
        name: `keep-part-of-${service}`,
        event,
        consume: (store: UsersStore, { payload }) => exports.keep(store, { ...payload, service }),
      }),
    ),
  ]
}
