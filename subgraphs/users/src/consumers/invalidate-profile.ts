import { entityTag, publishInvalidation } from '@gravity/shared/cache/invalidation'
import { defineConsumer } from '@gravity/shared/events/consumer'
import { profileChanged, profileCreated } from '@gravity/shared/events/contracts/users'
import type { Platform } from '@gravity/shared/platform/platform'
import type { UsersStore } from '../store.ts'

interface Payload {
  readonly userId: string
}

/**
 * Routers forget what they keep of a profile when it comes to be and when it changes. A change is also told at once, by
 * the service; this is for the process that dies before it does.
 */
export function invalidateProfileConsumers({ pubsub }: Pick<Platform, 'pubsub'>) {
  const consume = async (
    _store: UsersStore,
    { payload }: { readonly payload: Payload },
  ): Promise<void> => publishInvalidation(pubsub, [entityTag('User', payload.userId)])
  return [
    defineConsumer({ name: 'invalidate-created-profile', event: profileCreated, consume }),
    defineConsumer({ name: 'invalidate-changed-profile', event: profileChanged, consume }),
  ]
}
