import type { ViewerProof } from './viewer.ts'

export interface RecentProofRule {
  readonly now: Date
  /** How old the proof may be. */
  readonly maxAgeSeconds: number
  /** Whether one factor, such as the password alone, is too little. Default false. */
  readonly secondFactor?: boolean
}

/**
 * Whether somebody proved a moment ago who they are. A mutation that needs it and gets false answers a problem by which
 * the client asks for `stepUp`, whose access token carries the renewed proof.
 */
export function isRecentProof(
  proof: ViewerProof | undefined,
  { maxAgeSeconds, now, secondFactor = false }: RecentProofRule,
): boolean {
  if (!proof || proof.methods.length === 0) return false
  if (secondFactor && !proof.methods.includes('mfa')) return false
  return now.getTime() < (proof.provedAt + maxAgeSeconds) * 1_000
}
