import { defineConsumer } from '@gravity/shared/events/consumer'
import { profileCreated } from '@gravity/shared/events/contracts/users'
import type { ChatStore } from '../store.ts'

/** Whoever has a profile may be brought into rooms. */
export function profileCreatedConsumer() {
  return defineConsumer({
    name: 'know-person',
    event: profileCreated,
    consume: (store: ChatStore, { payload }) => store.people.add([payload.userId.toLowerCase()]),
  })
}
