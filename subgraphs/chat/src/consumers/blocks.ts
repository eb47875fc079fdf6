import { defineConsumer } from '@gravity/shared/events/consumer'
import { personBlocked, personUnblocked } from '@gravity/shared/events/contracts/users'
import type { EventEnvelope } from '@gravity/shared/events/event-contract'
import type { ChatStore } from '../store.ts'

interface Pair {
  readonly blockerId: string
  readonly blockedId: string
}

/** People who block each other write to each other no longer, wherever that would be just between the two. */
export function personBlockedConsumer() {
  return defineConsumer({
    name: 'note-block',
    event: personBlocked,
    consume: (store: ChatStore, envelope) => note(store, envelope, false),
  })
}

export function personUnblockedConsumer() {
  return defineConsumer({
    name: 'lift-block',
    event: personUnblocked,
    consume: (store: ChatStore, envelope) => note(store, envelope, true),
  })
}

async function note(
  store: ChatStore,
  { payload, aggregateVersion }: EventEnvelope<Pair>,
  isLifted: boolean,
): Promise<void> {
  const blockerId = payload.blockerId.toLowerCase()
  const blockedId = payload.blockedId.toLowerCase()
  if (blockerId === blockedId) return
  await store.blocks.note({ blockerId, blockedId, isLifted, version: aggregateVersion })
}
