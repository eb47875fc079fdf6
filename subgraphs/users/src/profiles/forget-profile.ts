import { entityTag, publishInvalidation } from '@gravity/shared/cache/invalidation'
import type { Logger } from '@gravity/shared/log/logger'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'

/** Makes routers forget a profile: before the answer, so that whoever changed it reads it as it is now. Never rejects. */
export async function forgetProfile(
  { log, pubsub }: { readonly log: Logger; readonly pubsub: PubSub },
  userId: string,
): Promise<void> {
  try {
    await publishInvalidation(pubsub, [entityTag('User', userId)])
  } catch (err) {
    log.warn({ err, userId }, 'Routers learn later that a profile has changed.')
  }
}
