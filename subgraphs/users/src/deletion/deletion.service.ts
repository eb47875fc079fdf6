import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import {
  deletionCancelled,
  deletionScheduled,
  personErased,
  personErasureBegun,
} from '@gravity/shared/events/contracts/users'
import type { Logger } from '@gravity/shared/log/logger'
import { isRecentProof } from '@gravity/shared/viewer/recent-proof'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { UsersConfig } from '../config.ts'
import { daysAfter } from '../personal/day.ts'
import { assertInPerson } from '../personal/in-person.ts'
import { assertScope } from '../personal/subject.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import type { DeletionRow } from './deletion.repository.ts'
import {
  type AdministratorStays,
  administratorStays,
  type DeletionBegun,
  deletionBegun,
  type RecentSignInRequired,
  recentSignInRequired,
} from './deletion-problems.ts'

export interface DeletionServiceDeps {
  readonly database: Database<UsersStore, UsersReads>
  readonly config: Pick<UsersConfig, 'deletionGraceDays'>
  readonly clock: { now(): Date; newId(): string }
}

/** Whoever may do this must give it up before leaving, which auth refuses to the last of them. */
const administrationScope = 'auth:manage'
const operatingScope = 'users:manage'
const proofSeconds = 15 * 60
/** After how long a service that has not answered is asked again. */
const patienceMs = 60 * 60 * 1_000
const atOnce = 100

/**
 * Terminology
 * - Deletion: one person's way out through all services, a saga: scheduled, then begun, then completed; or cancelled while
 *   it is scheduled.
 * - Acknowledgement: a service's word that it has erased the person; the consumers of `personErasureBegun` owe one each.
 */
export class DeletionService {
  readonly #deps: DeletionServiceDeps

  constructor(deps: DeletionServiceDeps) {
    this.#deps = deps
  }

  latestOf(viewer: Viewer): Promise<DeletionRow | undefined> {
    return this.#deps.database.reads.deletions.latestOf(viewer.userId)
  }

  /** What has begun and not ended, for operators. */
  open(viewer: Viewer, first = 20) {
    assertScope(viewer, operatingScope)
    if (first < 1 || first > atOnce) {
      throw new GravityError('BAD_USER_INPUT', `\`first\` must be from 1 to ${atOnce}.`)
    }
    return this.#deps.database.reads.deletions.open(first)
  }

  /** Asking again leaves the first request as it is. */
  async request(
    viewer: Viewer,
  ): Promise<DeletionRow | AdministratorStays | RecentSignInRequired | DeletionBegun> {
    assertInPerson(viewer)
    const { clock, config, database } = this.#deps
    const now = clock.now()
    if (!isRecentProof(viewer.proof, { now, maxAgeSeconds: proofSeconds })) {
      return recentSignInRequired
    }
    if (viewer.scopes.includes(administrationScope)) return administratorStays
    const { userId } = viewer
    const wish = {
      id: clock.newId(),
      userId,
      requestedBy: userId,
      requestedAt: now,
      dueAt: daysAfter(now, config.deletionGraceDays),
    }
    await database.transaction(async (store) => {
      if (!(await store.deletions.schedule(wish))) return
      await store.outbox.add(deletionScheduled, {
        aggregateId: wish.id,
        aggregateVersion: 1,
        payload: { userId, deletionId: wish.id, dueAt: wish.dueAt.toISOString() },
      })
      const begun = await store.deletions.begin({ userId }, services, now)
      if (begun) await ask(store, begun)
    })
    const latest = await database.reads.deletions.latestOf(userId)
    return latest && (latest.id === wish.id || latest.status === 'scheduled')
      ? latest
      : deletionBegun
  }

  /** Cancelling what is not scheduled changes nothing. */
  async cancel(viewer: Viewer): Promise<DeletionRow | null | DeletionBegun> {
    assertInPerson(viewer)
    const { clock, database } = this.#deps
    const { userId } = viewer
    await database.transaction(async (store) => {
      const cancelled = await store.deletions.cancel(userId, clock.now())
      if (!cancelled) return
      await store.outbox.add(deletionCancelled, {
        aggregateId: cancelled.id,
        aggregateVersion: 2,
        payload: { userId, deletionId: cancelled.id },
      })
    })
    const latest = await database.reads.deletions.latestOf(userId)
    const isTooLate = latest?.status === 'begun' || latest?.status === 'completed'
    return isTooLate ? deletionBegun : (latest ?? null)
  }

  /** An administrator's order has no grace. Within the consumer's transaction. */
  async order(
    store: UsersStore,
    { userId, orderedBy }: { readonly userId: string; readonly orderedBy: string },
  ): Promise<void> {
    const { clock } = this.#deps
    const now = clock.now()
    const wish = { id: clock.newId(), userId, requestedBy: orderedBy, requestedAt: now, dueAt: now }
    if (!(await store.deletions.schedule(wish))) {
      await store.deletions.hasten(userId, orderedBy, now)
    }
    const begun = await store.deletions.begin({ userId }, services, now)
    if (begun) await ask(store, begun)
  }

  /** Begins what is due, and asks again who has not answered; each in a transaction of its own. */
  async advance(log: Logger): Promise<void> {
    const { clock, database } = this.#deps
    const now = clock.now()
    const before = new Date(now.getTime() - patienceMs)
    const [due, unanswered] = await database.transaction(async ({ deletions }) => [
      await deletions.dueIds(now, atOnce),
      await deletions.unansweredIds(before, atOnce),
    ])
    for (const id of due) {
      await this.#askFor((store) => store.deletions.begin({ id }, services, now))
    }
    for (const id of unanswered) {
      const asked = await this.#askFor((store) => store.deletions.askAgain(id, before, now))
      if (asked) log.warn({ deletionId: id, asked: asked.asked }, 'A deletion waits for services')
    }
  }

  async #askFor(
    step: (store: UsersStore) => Promise<DeletionRow | undefined>,
  ): Promise<DeletionRow | undefined> {
    return this.#deps.database.transaction(async (store) => {
      const row = await step(store)
      if (row) await ask(store, row)
      return row
    })
  }

  /** Notes that a service has erased the person; the last one completes the deletion. Within the consumer's transaction. */
  async acknowledge(store: UsersStore, deletionId: string, service: string): Promise<void> {
    const now = this.#deps.clock.now()
    const completed = await store.deletions.acknowledge(deletionId, service, now)
    if (!completed) return
    const { asked, userId } = completed
    await store.outbox.add(personErased, {
      aggregateId: deletionId,
      aggregateVersion: asked + 1,
      payload: { userId, deletionId, erasedAt: now.toISOString() },
    })
  }
}

/** Who owes an acknowledgement: everybody who is asked. */
const services = personErasureBegun.consumers

function ask(store: UsersStore, { asked, id, requestedBy, userId }: DeletionRow): Promise<void> {
  return store.outbox.add(personErasureBegun, {
    aggregateId: id,
    aggregateVersion: asked,
    payload: { userId, deletionId: id, orderedBy: requestedBy },
  })
}
