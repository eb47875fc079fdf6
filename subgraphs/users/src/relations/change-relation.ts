import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { RateLimit, RateLimitRule } from '@gravity/shared/rate-limit/rate-limit'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { ToldRouters } from '../profiles/told-routers.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import type { LockedPerson } from './relation.repository.ts'
import { type PersonNotFound, personNotFound } from './relation-problems.ts'

export interface RelationDeps {
  readonly database: Database<UsersStore, UsersReads>
  readonly routers: ToldRouters
  readonly now: () => Date
  /** By the id of who changes something. */
  readonly changes: RateLimit
}

/** Far more than a person does, far fewer than a program that bothers people. */
export const relationChanges: RateLimitRule = {
  name: 'users.relation-changes',
  points: 600,
  windowSeconds: 60 * 60,
}

/** Both people of a change, within the locks of their relations. */
export interface RelatedPair {
  readonly viewerId: string
  readonly person: LockedPerson
  readonly at: Date
}

/** Names the viewer and somebody else, and what to do between them. */
export interface RelationChange<Result> {
  readonly viewer: Viewer
  /** As the client wrote it. */
  readonly userId: string
  /** Whether it may be done with somebody who is hidden by a block. */
  readonly acrossBlocks?: boolean
  readonly work: (store: UsersStore, pair: RelatedPair) => Promise<Result>
}

/**
 * Changes what is between the viewer and somebody else: one change at a time, so that none is decided by what another is
 * about to change. Routers forget both people before it resolves. Rejects with RATE_LIMITED past `relationChanges`.
 */
export async function changeRelation<Result>(
  { database, routers, now, changes }: RelationDeps,
  { viewer, userId, acrossBlocks = false, work }: RelationChange<Result>,
): Promise<Result | PersonNotFound | InvalidInput> {
  const viewerId = viewer.userId
  const personId = userId.toLowerCase()
  if (personId === viewerId) return invalidInput('userId', 'That is you: name somebody else.')
  if (!isUuid(personId)) return personNotFound
  const { allowed, retryAfterSeconds } = await changes.consume(viewerId)
  if (!allowed) {
    const message = 'You have changed much between you and others. Try again later.'
    throw new GravityError('RATE_LIMITED', message, { extensions: { retryAfterSeconds } })
  }
  const result = await database.transaction(async (store) => {
    const people = await store.relations.lock([viewerId, personId])
    if (!people.has(viewerId)) {
      throw new GravityError('NOT_FOUND', 'You have no profile yet. Try again in a moment.')
    }
    const person = people.get(personId)
    if (!person) return personNotFound
    if (!acrossBlocks && (await store.blocks.existsBetween(viewerId, personId))) {
      return personNotFound
    }
    return work(store, { viewerId, person, at: now() })
  })
  await routers.peopleChanged([viewerId, personId])
  return result
}
