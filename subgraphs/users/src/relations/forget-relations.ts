import type { UsersStore } from '../store.ts'

/**
 * Ends everything between a person and others, counters included, as if it had never been; for somebody who leaves. Nobody
 * is told. Resolves to the ids of those whose profiles have changed by it.
 */
export async function forgetRelations(store: UsersStore, userId: string): Promise<string[]> {
  // What comes to be between this and the locks is removed with the rest; who it is between is recounted by the job.
  const others = await store.relations.relatedTo(userId)
  await store.relations.lock([userId, ...others])
  await store.relations.removeAllOf(userId)
  await store.relations.recount([userId, ...others])
  return others
}
