import { defineConsumer } from '@gravity/shared/events/consumer'
import { peopleWanted } from '@gravity/shared/events/contracts/chat'
import { peopleTold } from '@gravity/shared/events/contracts/users'
import type { UsersStore } from '../store.ts'

const peoplePerPart = 200

/** A service that begins later than this one is told who was there before it, part by part. */
export function peopleWantedConsumer() {
  return defineConsumer({
    name: 'tell-people',
    event: peopleWanted,
    async consume(store: UsersStore, { payload, aggregateId, aggregateVersion, traceparent }) {
      const rows = await store.profiles.pageById(peoplePerPart, payload.afterId)
      const nextAfterId = rows.length < peoplePerPart ? null : (rows.at(-1)?.id ?? null)
      await store.outbox.add(peopleTold, {
        aggregateId,
        aggregateVersion,
        traceparent,
        payload: {
          people: rows.map(({ id, username, displayName, version }) => ({
            userId: id,
            username,
            displayName,
            version,
          })),
          nextAfterId,
        },
      })
    },
  })
}
