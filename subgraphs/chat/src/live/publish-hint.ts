import type { Logger } from '@gravity/shared/log/logger'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'

export interface HintDeps {
  readonly pubsub: PubSub
  readonly log: Logger
}

/** Tells all processes what has been committed. Nobody waits for it and it never fails: whoever must know reads it too. */
export function publishHint({ pubsub, log }: HintDeps, topic: string, hint: unknown): void {
  pubsub.publish(topic, hint).catch((err: unknown) => {
    log.warn({ err, topic }, 'a hint was not published; who must know finds the change by itself')
  })
}
