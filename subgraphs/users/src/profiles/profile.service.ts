import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { profileChanged, profileCreated } from '@gravity/shared/events/contracts/users'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { type JoinedRead, joinRequests } from '@gravity/shared/loaders/join-requests'
import { inOrderOf } from '@gravity/shared/loaders/load-by-key'
import type { Logger } from '@gravity/shared/log/logger'
import type { Arrivals } from '@gravity/shared/people/arrivals'
import { displayNameRule, parseDisplayName } from '@gravity/shared/people/display-name'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { activitiesOf } from '../feed/activities-of.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import { forgetProfile } from './forget-profile.ts'
import type { ProfileRow } from './profile.entity.ts'
import type { ProfileChanges, ProfileSearch, RankedProfileRow } from './profile.repository.ts'
import { usernameCandidates } from './username.ts'

export interface ProfileServiceDeps {
  readonly database: Database<UsersStore, UsersReads>
  readonly arrivals: Arrivals
  readonly pubsub: PubSub
  readonly log: Logger
}

/** What a person may change; absent means unchanged, null means cleared. */
export interface ProfileInput {
  readonly displayName?: string | null | undefined
  readonly bio?: string | null | undefined
  readonly avatarUrl?: string | null | undefined
}

export interface NewPerson {
  readonly userId: string
  readonly displayName: string
  readonly registeredAt: Date
  readonly bio?: string
}

export class ProfileService {
  readonly #deps: ProfileServiceDeps
  readonly #read: JoinedRead<string, ProfileRow | null>

  constructor(deps: ProfileServiceDeps) {
    this.#deps = deps
    const { profiles } = deps.database.reads
    this.#read = joinRequests({
      read: async (ids) => inOrderOf(ids, await profiles.byIds(ids), ({ id }) => id),
      textOf: (id) => id,
    })
  }

  /** The profiles that exist. Waits a moment for those whose registration is so fresh that they are still on their way. */
  profilesByIds(ids: readonly string[], signal: AbortSignal): Promise<ProfileRow[]> {
    return this.#deps.arrivals.read(
      ids.filter(isUuid),
      async (known) => (await this.#read(known)).filter((row) => row !== null),
      signal,
    )
  }

  pageByUsername({ userId }: Viewer, limit: number, after?: string): Promise<ProfileRow[]> {
    return this.#deps.database.reads.profiles.pageByUsername(limit, userId, after)
  }

  search(
    { userId }: Viewer,
    { text, limit, after }: Omit<ProfileSearch, 'viewerId'>,
  ): Promise<RankedProfileRow[]> {
    const wanted = text.trim().toLowerCase()
    if ([...wanted].length > 100) {
      throw new GravityError('BAD_USER_INPUT', 'A search has at most 100 characters.')
    }
    return this.#deps.database.reads.profiles.search({
      text: wanted,
      viewerId: userId,
      limit,
      after,
    })
  }

  async update(viewer: Viewer, input: ProfileInput): Promise<ProfileRow | InvalidInput> {
    const changes = parseChanges(input)
    if ('__typename' in changes) return changes
    const changed = await this.#deps.database.transaction(async (store) => {
      const row = await store.profiles.update(viewer.userId, changes)
      if (!row)
        throw new GravityError('NOT_FOUND', 'You have no profile yet. Try again in a moment.')
      for (const kind of activitiesOf(changes)) {
        await store.activities.record({ actorId: row.id, kind })
      }
      await store.outbox.add(profileChanged, {
        aggregateId: row.id,
        aggregateVersion: row.version,
        payload: { userId: row.id, username: row.username, displayName: row.displayName },
      })
      return row
    })
    await forgetProfile(this.#deps, changed.id)
    return changed
  }

  /** Gives a registered person a profile, within the caller's transaction; does nothing when they have one. */
  async create(store: UsersStore, person: NewPerson): Promise<void> {
    if ((await store.profiles.byIds([person.userId])).length > 0) return
    for (const username of usernameCandidates(person.displayName, person.userId)) {
      const row: ProfileRow = {
        id: person.userId,
        username,
        displayName: person.displayName,
        bio: person.bio ?? null,
        avatarUrl: null,
        joinedAt: person.registeredAt,
        version: 1,
        followerCount: 0,
        followingCount: 0,
        isPrivate: false,
        isGuarded: false,
        verifiedAt: null,
        erasedAt: null,
      }
      if (!(await store.usernames.claim(username, row.id, person.registeredAt))) continue
      if (!(await store.profiles.insert(row))) {
        await store.usernames.release(username, row.id)
        continue
      }
      await store.activities.record({
        actorId: row.id,
        kind: 'JOINED',
        happenedAt: row.joinedAt,
      })
      await store.outbox.add(profileCreated, {
        aggregateId: row.id,
        aggregateVersion: row.version,
        payload: { userId: row.id, username, displayName: row.displayName },
      })
      return
    }
  }
}

function parseChanges(input: ProfileInput): ProfileChanges | InvalidInput {
  const changes: { -readonly [Key in keyof ProfileChanges]: ProfileChanges[Key] } = {}
  if (input.displayName !== undefined) {
    const displayName = parseDisplayName(input.displayName ?? '')
    if (displayName === undefined) return invalidInput('displayName', displayNameRule)
    changes.displayName = displayName
  }
  if (input.bio !== undefined) {
    const bio = input.bio?.normalize('NFC').trim() || null
    if (bio && [...bio].length > 500)
      return invalidInput('bio', 'A bio has at most 500 characters.')
    changes.bio = bio
  }
  if (input.avatarUrl !== undefined) {
    const avatarUrl = input.avatarUrl || null
    if (avatarUrl && !isPictureAddress(avatarUrl)) {
      return invalidInput('avatarUrl', 'An avatar is an https address of at most 2,000 characters.')
    }
    changes.avatarUrl = avatarUrl
  }
  return changes
}

function isPictureAddress(text: string): boolean {
  return text.length <= 2_000 && URL.parse(text)?.protocol === 'https:'
}
