import { defineConsumer } from '@gravity/shared/events/consumer'
import { personBlocked, personUnblocked } from '@gravity/shared/events/contracts/users'
import type { ToldRouters } from '../profiles/told-routers.ts'
import type { UsersStore } from '../store.ts'

interface Payload {
  readonly blockerId: string
  readonly blockedId: string
}

/**
 * Routers forget both people of a block. That is also told at once, by the service; this is for the process that dies
 * before it does.
 */
export function forgetBlockedConsumers(routers: ToldRouters) {
  const consume = (_store: UsersStore, { payload }: { readonly payload: Payload }): Promise<void> =>
    routers.peopleChanged([payload.blockerId, payload.blockedId])
  return [
    defineConsumer({ name: 'forget-blocked-people', event: personBlocked, consume }),
    defineConsumer({ name: 'forget-unblocked-people', event: personUnblocked, consume }),
  ]
}
