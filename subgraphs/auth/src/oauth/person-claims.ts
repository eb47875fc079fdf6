import type { AccountRow } from '../accounts/account.entity.ts'

/** What the scopes of OpenID Connect let a program know of a person (Core, section 5.4). */
export function personClaims(
  account: Pick<AccountRow, 'email' | 'emailVerifiedAt'>,
  scopes: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!scopes.includes('email')) return {}
  return { email: account.email, email_verified: account.emailVerifiedAt !== null }
}
