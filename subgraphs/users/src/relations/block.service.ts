import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { personBlocked, personUnblocked } from '@gravity/shared/events/contracts/users'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { changeRelation, type RelationDeps } from './change-relation.ts'
import { endFollow } from './follow-changes.ts'
import type { PersonNotFound } from './relation-problems.ts'

/** Whom the change was about. */
export interface ChangedBlock {
  readonly userId: string
}

type Outcome = Promise<ChangedBlock | PersonNotFound | InvalidInput>

export class BlockService {
  readonly #deps: RelationDeps

  constructor(deps: RelationDeps) {
    this.#deps = deps
  }

  /** Ends everything between both, and hides them from each other. Doing it again changes nothing. */
  block(viewer: Viewer, userId: string): Outcome {
    return changeRelation(this.#deps, {
      viewer,
      userId,
      acrossBlocks: true,
      async work(store, { viewerId, person, at }) {
        if (!(await store.blocks.insert(viewerId, person.id, at))) return { userId: person.id }
        const pairs = [
          { fromId: viewerId, toId: person.id },
          { fromId: person.id, toId: viewerId },
        ]
        for (const pair of pairs) {
          await endFollow(store, pair, at)
          await store.follows.removeRequest(pair)
        }
        await store.privacy.refreshGuards([viewerId, person.id])
        await store.outbox.add(personBlocked, {
          aggregateId: viewerId,
          aggregateVersion: await store.relations.nextVersion(viewerId),
          payload: { blockerId: viewerId, blockedId: person.id, blockedAt: at.toISOString() },
        })
        return { userId: person.id }
      },
    })
  }

  /** What the block has ended stays ended. */
  unblock(viewer: Viewer, userId: string): Outcome {
    return changeRelation(this.#deps, {
      viewer,
      userId,
      acrossBlocks: true,
      async work(store, { viewerId, person, at }) {
        if (!(await store.blocks.remove(viewerId, person.id))) return { userId: person.id }
        await store.privacy.refreshGuards([viewerId, person.id])
        await store.outbox.add(personUnblocked, {
          aggregateId: viewerId,
          aggregateVersion: await store.relations.nextVersion(viewerId),
          payload: { blockerId: viewerId, blockedId: person.id, unblockedAt: at.toISOString() },
        })
        return { userId: person.id }
      },
    })
  }
}
