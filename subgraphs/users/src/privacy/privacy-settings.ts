/** Who may read something of a profile. Everybody who may read it by one may read it by those before it. */
export const audiences = ['EVERYONE', 'SIGNED_IN', 'FOLLOWERS', 'NOBODY'] as const

export type Audience = (typeof audiences)[number]

/** What a person decides for themselves who may read it, as it is called here and in the database. */
export const protectedFields = {
  bio: 'bio',
  avatar: 'avatar',
  counts: 'counts',
  followers: 'followers',
  following: 'following',
  activity: 'activity',
  socialLinks: 'social_links',
} as const

export type ProtectedField = keyof typeof protectedFields

export type PrivacySettings = Readonly<Record<ProtectedField, Audience>>

/** Of whoever has decided nothing. */
export const openSettings: PrivacySettings = {
  bio: 'EVERYONE',
  avatar: 'EVERYONE',
  counts: 'EVERYONE',
  followers: 'EVERYONE',
  following: 'EVERYONE',
  activity: 'EVERYONE',
  socialLinks: 'EVERYONE',
}

/** A private account shows to followers only with whom it has to do, and what it does. */
const privateFields: ReadonlySet<ProtectedField> = new Set(['followers', 'following', 'activity'])

/** The settings as they work: an account that is private narrows them. */
export function effectiveSettings(settings: PrivacySettings, isPrivate: boolean): PrivacySettings {
  if (!isPrivate) return settings
  const narrowed: Record<ProtectedField, Audience> = { ...settings }
  for (const field of privateFields) {
    if (narrowed[field] !== 'NOBODY') narrowed[field] = 'FOLLOWERS'
  }
  return narrowed
}
