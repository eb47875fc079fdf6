import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { followRequested } from '@gravity/shared/events/contracts/users'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { changeRelation, type RelationDeps } from './change-relation.ts'
import { endFollow, startFollow } from './follow-changes.ts'
import {
  type FollowRequestNotFound,
  followRequestNotFound,
  type PersonNotFound,
} from './relation-problems.ts'

/** Whom the change was about. */
export interface ChangedPerson {
  readonly id: string
}

type Outcome = Promise<ChangedPerson | PersonNotFound | InvalidInput>

/** How many requests are granted in one transaction. */
const grantedAtOnce = 50

export class FollowService {
  readonly #deps: RelationDeps

  constructor(deps: RelationDeps) {
    this.#deps = deps
  }

  /** Follows at once, or asks when the account is private. Doing it again changes nothing. */
  follow(viewer: Viewer, userId: string): Outcome {
    return changeRelation(this.#deps, {
      viewer,
      userId,
      async work(store, { viewerId, person, at }) {
        const pair = { fromId: viewerId, toId: person.id }
        if (!person.isPrivate) {
          await startFollow(store, pair, at)
        } else if (
          !(await store.follows.exists(pair)) &&
          (await store.follows.insertRequest(pair, at))
        ) {
          await store.outbox.add(followRequested, {
            aggregateId: viewerId,
            aggregateVersion: await store.relations.nextVersion(viewerId),
            payload: {
              requesterId: viewerId,
              targetId: person.id,
              requestedAt: at.toISOString(),
            },
          })
        }
        return person
      },
    })
  }

  unfollow(viewer: Viewer, userId: string): Outcome {
    return changeRelation(this.#deps, {
      viewer,
      userId,
      async work(store, { viewerId, person, at }) {
        await endFollow(store, { fromId: viewerId, toId: person.id }, at)
        return person
      },
    })
  }

  removeFollower(viewer: Viewer, userId: string): Outcome {
    return changeRelation(this.#deps, {
      viewer,
      userId,
      async work(store, { viewerId, person, at }) {
        await endFollow(store, { fromId: person.id, toId: viewerId }, at)
        return person
      },
    })
  }

  /** Accepting somebody who follows already changes nothing. */
  accept(viewer: Viewer, userId: string): Promise<Awaited<Outcome> | FollowRequestNotFound> {
    return changeRelation<ChangedPerson | FollowRequestNotFound>(this.#deps, {
      viewer,
      userId,
      async work(store, { viewerId, person, at }) {
        const pair = { fromId: person.id, toId: viewerId }
        if (await store.follows.removeRequest(pair)) {
          await startFollow(store, pair, at)
        } else if (!(await store.follows.exists(pair))) {
          return followRequestNotFound
        }
        return person
      },
    })
  }

  /** Nobody is told. */
  decline(viewer: Viewer, userId: string): Outcome {
    return changeRelation(this.#deps, {
      viewer,
      userId,
      async work(store, { viewerId, person }) {
        await store.follows.removeRequest({ fromId: person.id, toId: viewerId })
        return person
      },
    })
  }

  withdraw(viewer: Viewer, userId: string): Outcome {
    return changeRelation(this.#deps, {
      viewer,
      userId,
      async work(store, { viewerId, person }) {
        await store.follows.removeRequest({ fromId: viewerId, toId: person.id })
        return person
      },
    })
  }

  /**
   * Grants what was asked of people whose account is not private any more, of one of them or of all, a few at a time: what
   * an interruption leaves is granted by the next call.
   */
  async grantOverdue(targetId: string | null = null): Promise<number> {
    const { database, routers, now } = this.#deps
    for (let granted = 0; ; ) {
      const changed = await database.transaction(async (store) => {
        const pairs = await store.follows.overdueRequests(grantedAtOnce, targetId)
        const ids = pairs.flatMap(({ fromId, toId }) => [fromId, toId])
        const people = await store.relations.lock([...new Set(ids)])
        for (const pair of pairs) {
          // It may have been withdrawn, or the account closed again, before the locks were there.
          if (people.get(pair.toId)?.isPrivate !== false) continue
          if (await store.follows.removeRequest(pair)) await startFollow(store, pair, now())
        }
        return pairs
      })
      if (changed.length === 0) return granted
      granted += changed.length
      await routers.peopleChanged([
        ...new Set(changed.flatMap(({ fromId, toId }) => [fromId, toId])),
      ])
    }
  }
}
