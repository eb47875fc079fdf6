import type { Database } from '@gravity/shared/database/open-database'
import { peopleWanted } from '@gravity/shared/events/contracts/chat'
import type { ChatReads, ChatStore } from '../store.ts'

export interface PeopleRequestOptions {
  readonly database: Database<ChatStore, ChatReads>
  readonly newId: () => string
  readonly now: () => Date
}

/**
 * Asks, once in the life of a database, who the people are who came before it: events only tell of those who come after.
 * The answer comes in parts (`users.people-told.v1`), each of which is followed by the wish for the next.
 */
export function requestPeople({ database, newId, now }: PeopleRequestOptions): Promise<void> {
  return database.transaction(async (store) => {
    if (!(await store.people.beginRequest(now()))) return
    await store.outbox.add(peopleWanted, {
      aggregateId: newId(),
      aggregateVersion: 1,
      payload: { afterId: null },
    })
  })
}
