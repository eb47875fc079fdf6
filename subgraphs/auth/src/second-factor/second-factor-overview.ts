import type { Database } from '@gravity/shared/database/open-database'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { PasskeyRow } from '../passkeys/passkey.repository.ts'
import { isProtected } from '../step-up/proof-methods.ts'
import type { AuthReads, AuthStore } from '../store.ts'

/** What a settings page shows; the GraphQL type `SecondFactors`. */
export interface SecondFactorOverview {
  readonly isRequired: boolean
  readonly totpEnabledAt: Date | null
  readonly passkeys: readonly PasskeyRow[]
  readonly recoveryCodesLeft: number
  readonly recoveryCodesMadeAt: Date | null
}

export async function secondFactorsOf(
  { reads }: Database<AuthStore, AuthReads>,
  { userId }: Viewer,
): Promise<SecondFactorOverview> {
  const [enrolled, passkeys] = await Promise.all([
    reads.secondFactors.enrolled(userId),
    reads.passkeys.of(userId),
  ])
  const { totpEnabledAt, recoveryCodesLeft, recoveryCodesMadeAt } = enrolled
  const isRequired = isProtected(enrolled)
  return { isRequired, totpEnabledAt, passkeys, recoveryCodesLeft, recoveryCodesMadeAt }
}
