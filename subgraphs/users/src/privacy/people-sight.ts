import type { AnswerAudience } from '@gravity/shared/server/answer-audience'
import type { ProfileRow } from '../profiles/profile.entity.ts'
import type { GuardFacts, PrivacyReads } from './privacy.repository.ts'
import { effectiveSettings, openSettings } from './privacy-settings.ts'
import { type Onlooker, ownProfile, type SeenProfile, veiledProfile } from './sight.ts'

/** Who looks, and who is told that others would see something else. */
export interface Looking {
  readonly viewerId: string | null
  readonly audience: AnswerAudience
}

/**
 * Shows people as a viewer may see them. Most are the same for everybody, which their rows say: then nothing more is
 * asked. For all others together it takes one statement.
 */
export class PeopleSight {
  readonly #reads: PrivacyReads

  constructor(reads: PrivacyReads) {
    this.#reads = reads
  }

  async see(rows: readonly ProfileRow[], { viewerId, audience }: Looking): Promise<SeenProfile[]> {
    const guarded = rows.filter(({ isGuarded }) => isGuarded).map(({ id }) => id)
    const known = guarded.length > 0 ? await this.#reads.guardFacts(guarded, viewerId) : []
    const factsById = new Map(known.map((facts) => [facts.id, facts]))
    for (const { apart } of known) audience.exclude(apart)
    return rows.map((row) => seen(row, viewerId, factsById.get(row.id)))
  }

  /**
   * The people as the one who blocked them sees them in the list of that, and nowhere else: their names and no more. Those
   * who have blocked back stay veiled.
   */
  unveil(row: ProfileRow, isBlockedBack: boolean): SeenProfile {
    if (isBlockedBack) return veiledProfile(row)
    const onlooker = { isOwner: false, isSignedIn: true, isFollower: false }
    return { ...row, sight: { onlooker, settings: closedSettings, isVeiled: false } }
  }
}

const closedSettings = {
  bio: 'NOBODY',
  avatar: 'NOBODY',
  counts: 'NOBODY',
  followers: 'NOBODY',
  following: 'NOBODY',
  activity: 'NOBODY',
  socialLinks: 'NOBODY',
} as const

function seen(
  row: ProfileRow,
  viewerId: string | null,
  facts: GuardFacts | undefined,
): SeenProfile {
  // Without facts it has vanished meanwhile.
  if (row.isGuarded && (!facts || facts.isKeptApart)) return veiledProfile(row)
  const isOwner = row.id === viewerId
  if (!facts) {
    if (isOwner) return ownProfile(row)
    const onlooker: Onlooker = { isOwner, isSignedIn: viewerId !== null, isFollower: false }
    return { ...row, sight: { onlooker, settings: openSettings, isVeiled: false } }
  }
  const onlooker = { isOwner, isSignedIn: viewerId !== null, isFollower: facts.isFollowed }
  const settings = effectiveSettings(facts, facts.isPrivate)
  return { ...row, sight: { onlooker, settings, isVeiled: false } }
}
