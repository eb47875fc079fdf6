import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { announceProfile } from '../profiles/announce-profile.ts'
import type { ToldRouters } from '../profiles/told-routers.ts'
import type { FollowService } from '../relations/follow.service.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import type { AccountSwitches } from './privacy.repository.ts'
import { effectiveSettings, type PrivacySettings } from './privacy-settings.ts'
import type { Onlooker, SeenProfile } from './sight.ts'

export interface PrivacyServiceDeps {
  readonly database: Database<UsersStore, UsersReads>
  readonly routers: ToldRouters
  readonly follows: FollowService
}

/** Everything that a person has decided about who sees what. */
export type Privacy = PrivacySettings & AccountSwitches

/** What is absent or null stays as it is. */
export type PrivacyInput = {
  readonly [Key in keyof Privacy]?: Privacy[Key] | null | undefined
}

/** As whom to look at one's own profile. */
export type ProfileOnlooker = 'ANYONE' | 'SIGNED_IN' | 'FOLLOWER'

const onlookers: Readonly<Record<ProfileOnlooker, Onlooker>> = {
  ANYONE: { isOwner: false, isSignedIn: false, isFollower: false },
  SIGNED_IN: { isOwner: false, isSignedIn: true, isFollower: false },
  FOLLOWER: { isOwner: false, isSignedIn: true, isFollower: true },
}

export class PrivacyService {
  readonly #deps: PrivacyServiceDeps

  constructor(deps: PrivacyServiceDeps) {
    this.#deps = deps
  }

  async read({ userId }: Viewer): Promise<Privacy> {
    const { privacy } = this.#deps.database.reads
    const [settings, switches] = await Promise.all([
      privacy.settingsOf(userId),
      privacy.switchesOf(userId),
    ])
    if (!switches) throw noProfile()
    return { ...settings, ...switches }
  }

  /** Who opens a private account grants what was asked for meanwhile. */
  async update({ userId }: Viewer, input: PrivacyInput): Promise<Privacy> {
    const { database, routers, follows } = this.#deps
    const { before, after } = await database.transaction(async (store) => {
      await store.relations.lock([userId])
      const switches = await store.privacy.switchesOf(userId)
      if (!switches) throw noProfile()
      const known: Privacy = { ...(await store.privacy.settingsOf(userId)), ...switches }
      const wanted = withChanges(known, input)
      await store.privacy.saveSettings(userId, wanted)
      await store.privacy.saveSwitches(userId, wanted)
      await store.privacy.refreshGuards([userId])
      const [row] = await store.profiles.byIds([userId])
      if (row) await announceProfile(store, userId, row)
      return { before: known, after: wanted }
    })
    await routers.peopleChanged([userId])
    if (before.isPrivate && !after.isPrivate) await follows.grantOverdue(userId)
    return after
  }

  /** The viewer's profile as somebody else would see it; null when `personId` is nobody, or a block hides it from them. */
  async profileAs(
    { userId }: Viewer,
    as: ProfileOnlooker,
    personId: string | null,
  ): Promise<SeenProfile | null> {
    const { reads } = this.#deps.database
    const [row] = await reads.profiles.byIds([userId])
    if (!row) return null
    const onlooker = personId === null ? onlookers[as] : await this.#onlooker(userId, personId)
    if (!onlooker) return null
    const settings = effectiveSettings(await reads.privacy.settingsOf(userId), row.isPrivate)
    return { ...row, sight: { onlooker, settings, isVeiled: false } }
  }

  async #onlooker(userId: string, personId: string): Promise<Onlooker | null> {
    const { reads } = this.#deps.database
    const id = personId.toLowerCase()
    if (!isUuid(id)) return null
    if (id === userId) return { isOwner: true, isSignedIn: true, isFollower: false }
    const [facts] = await reads.privacy.guardFacts([userId], id)
    const [person] = await reads.profiles.byIds([id])
    if (!facts || !person || facts.isKeptApart) return null
    return { isOwner: false, isSignedIn: true, isFollower: facts.isFollowed }
  }
}

function withChanges(known: Privacy, input: PrivacyInput): Privacy {
  const changes = Object.entries(input).filter(([, value]) => value != null)
  // Both have the same keys, of which those without a value are left out.
  return { ...known, ...Object.fromEntries(changes) } as Privacy
}

function noProfile(): GravityError {
  return new GravityError('NOT_FOUND', 'You have no profile yet. Try again in a moment.')
}
