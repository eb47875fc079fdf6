import { personFollowed, personUnfollowed } from '@gravity/shared/events/contracts/users'
import type { UsersStore } from '../store.ts'
import type { Pair } from './follow.repository.ts'

/**
 * Makes one person follow another, with everything that goes with it; nothing happens when it is so already. Within the
 * locks of both.
 */
export async function startFollow(store: UsersStore, pair: Pair, at: Date): Promise<void> {
  const { fromId, toId } = pair
  await store.follows.removeRequest(pair)
  if (!(await store.follows.insert(pair, at))) return
  const aggregateVersion = await store.relations.count(pair, 1)
  await store.activities.record({
    actorId: fromId,
    kind: 'FOLLOWED',
    subjectId: toId,
    happenedAt: at,
  })
  await store.outbox.add(personFollowed, {
    aggregateId: fromId,
    aggregateVersion,
    payload: { followerId: fromId, followeeId: toId, followedAt: at.toISOString() },
  })
}

/** The opposite: nothing is left that tells of it. Within the locks of both. */
export async function endFollow(store: UsersStore, pair: Pair, at: Date): Promise<void> {
  const { fromId, toId } = pair
  if (!(await store.follows.remove(pair))) return
  const aggregateVersion = await store.relations.count(pair, -1)
  await store.activities.retractFollow(fromId, toId)
  await store.outbox.add(personUnfollowed, {
    aggregateId: fromId,
    aggregateVersion,
    payload: { followerId: fromId, followeeId: toId, unfollowedAt: at.toISOString() },
  })
}
