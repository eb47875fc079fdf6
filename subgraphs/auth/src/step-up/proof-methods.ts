import type { EnrolledFactors } from '../second-factor/second-factor.repository.ts'

/** By what somebody can prove who they are, as the graph names it. */
export type ProofMethod = 'PASSWORD' | 'TOTP' | 'PASSKEY' | 'RECOVERY_CODE'

/** Whether a password alone does not let anybody in. */
export function isProtected({ passkeys, totpEnabledAt }: EnrolledFactors): boolean {
  return totpEnabledAt !== null || passkeys.length > 0
}

/** What is asked for beside a proved password; without a second factor the password itself. */
export function proofMethodsOf(factors: EnrolledFactors): ProofMethod[] {
  if (!isProtected(factors)) return ['PASSWORD']
  const methods: ProofMethod[] = []
  if (factors.totpEnabledAt) methods.push('TOTP')
  if (factors.passkeys.length > 0) methods.push('PASSKEY')
  if (factors.recoveryCodesLeft > 0) methods.push('RECOVERY_CODE')
  return methods
}
