import { defineConsumer } from '@gravity/shared/events/consumer'
import { peopleWanted } from '@gravity/shared/events/contracts/chat'
import { peopleTold } from '@gravity/shared/events/contracts/users'
import type { ChatStore } from '../store.ts'

/** A part of the people who were there before this database; asks for the next part. */
export function peopleToldConsumer() {
  return defineConsumer({
    name: 'know-people',
    event: peopleTold,
    async consume(store: ChatStore, { payload, aggregateId, aggregateVersion, traceparent }) {
      for (const { userId, username, version } of payload.people) {
        await store.people.name({ id: userId.toLowerCase(), username, version })
      }
      if (payload.nextAfterId === null) return
      await store.outbox.add(peopleWanted, {
        aggregateId,
        aggregateVersion: aggregateVersion + 1,
        traceparent,
        payload: { afterId: payload.nextAfterId },
      })
    },
  })
}
