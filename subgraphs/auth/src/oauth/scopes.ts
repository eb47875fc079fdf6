/** Scopes of OpenID Connect, and what each lets a program do, as its person reads it. */
const openIdScopes: Readonly<Record<string, string>> = {
  openid: 'know who you are',
  email: 'see your e-mail address',
  offline_access: 'stay connected until you disconnect it',
}

/** What every person may let a program do, whatever their roles are: one line for each domain and direction. */
const personalScopes: Readonly<Record<string, string>> = {
  'users:read': 'see your profile, your settings and whom you follow',
  'users:write': 'change your profile, your settings and whom you follow',
  'chat:read': 'read your conversations',
  'chat:write': 'write, change and delete messages in your name',
}

/** Every scope that a person can give without having a role for it. */
export const everybodysScopes: readonly string[] = [
  ...Object.keys(openIdScopes),
  ...Object.keys(personalScopes),
]

/** What a person lets a program do with a scope; completes the sentence "It will be able to …". */
export function describeScope(scope: string): string {
  return openIdScopes[scope] ?? personalScopes[scope] ?? `use your permission ${scope}`
}

/** The scopes of a list that are in another one, without repetition. */
export function scopesWithin(scopes: readonly string[], allowed: readonly string[]): string[] {
  const within = new Set(allowed)
  return [...new Set(scopes)].filter((scope) => within.has(scope))
}

/** The scopes of a request: separated by blanks (RFC 6749, section 3.3). */
export function parseScopes(text: string | null): string[] {
  return (text ?? '').split(' ').filter((scope) => scope !== '')
}
