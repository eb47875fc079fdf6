import { defineConsumer } from '@gravity/shared/events/consumer'
import { profileChanged, profileCreated } from '@gravity/shared/events/contracts/users'
import type { EventEnvelope } from '@gravity/shared/events/event-contract'
import type { ChatStore } from '../store.ts'

interface Profile {
  readonly userId: string
  readonly username: string
}

function know(store: ChatStore, { payload, aggregateVersion }: EventEnvelope<Profile>) {
  const { userId, username } = payload
  return store.people.name({ id: userId.toLowerCase(), username, version: aggregateVersion })
}

/** Whoever has a profile may be brought into rooms, and be mentioned by their name. */
export function profileCreatedConsumer() {
  return defineConsumer({ name: 'know-person', event: profileCreated, consume: know })
}

/** A changed profile has a new name; and it exists, also when chat has never heard of it before. */
export function profileChangedConsumer() {
  return defineConsumer({ name: 'rename-person', event: profileChanged, consume: know })
}
