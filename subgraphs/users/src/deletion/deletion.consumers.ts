import { type Consumer, defineConsumer } from '@gravity/shared/events/consumer'
import { accountDeletionOrdered, personErasedByAuth } from '@gravity/shared/events/contracts/auth'
import { personErasedByChat } from '@gravity/shared/events/contracts/chat'
import { personErasureBegun } from '@gravity/shared/events/contracts/users'
import type { UsersStore } from '../store.ts'
import type { DeletionService } from './deletion.service.ts'
import { erasePerson } from './erase-person.ts'

/** What moves deletions on: an administrator's order, this service's own part, and what others answer. */
export function deletionConsumers(
  deletions: DeletionService,
  now: () => Date,
): Consumer<UsersStore>[] {
  return [
    defineConsumer({
      name: 'begin-ordered-deletion',
      event: accountDeletionOrdered,
      consume: (store: UsersStore, { payload }) => deletions.order(store, payload),
    }),
    defineConsumer({
      name: 'erase-person',
      event: personErasureBegun,
      async consume(store: UsersStore, { payload }) {
        await erasePerson(store, payload.userId, now())
        await deletions.acknowledge(store, payload.deletionId, 'users')
      },
    }),
    defineConsumer({
      name: 'note-erasure-by-auth',
      event: personErasedByAuth,
      consume: (store: UsersStore, { payload }) =>
        deletions.acknowledge(store, payload.deletionId, 'auth'),
    }),
    defineConsumer({
      name: 'note-erasure-by-chat',
      event: personErasedByChat,
      consume: (store: UsersStore, { payload }) =>
        deletions.acknowledge(store, payload.deletionId, 'chat'),
    }),
  ]
}
