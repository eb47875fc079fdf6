import type { ErrorCode } from '@gravity/shared/errors/gravity-error'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { AccessRule, Alternatives, Requirement } from './access-rules.ts'

/** Says which policies (`@policy`) a viewer satisfies. */
export type PolicyCheck = (policy: string, viewer: Viewer) => boolean

/** Without a check every policy is denied: a rule that nobody evaluates must not open anything. */
export const denyPolicies: PolicyCheck = () => false

/** Why a viewer may not select what a rule protects; undefined when they may. */
export function refusalFor(
  rule: AccessRule,
  viewer: Viewer | null,
  allowsPolicy: PolicyCheck,
): ErrorCode | undefined {
  if (viewer === null) return 'UNAUTHENTICATED'
  const satisfied = (requirement: Requirement): boolean => {
    switch (requirement.kind) {
      case 'authenticated':
        return true
      case 'scopes':
        return holdsOne(requirement.alternatives, (scope) => viewer.scopes.includes(scope))
      case 'policies':
        return holdsOne(requirement.alternatives, (policy) => allowsPolicy(policy, viewer))
    }
  }
  return rule.requirements.every(satisfied) ? undefined : 'FORBIDDEN'
}

const noRefusals: ReadonlyMap<string, ErrorCode> = new Map()

/** The rules that a viewer does not satisfy, by their key, each with the reason. */
export function refusalsFor(
  rules: readonly AccessRule[],
  viewer: Viewer | null,
  allowsPolicy: PolicyCheck,
): ReadonlyMap<string, ErrorCode> {
  let refused: Map<string, ErrorCode> | undefined
  for (const rule of rules) {
    const refusal = refusalFor(rule, viewer, allowsPolicy)
    if (!refusal) continue
    refused ??= new Map()
    refused.set(rule.key, refusal)
  }
  return refused ?? noRefusals
}

function holdsOne(alternatives: Alternatives, holds: (name: string) => boolean): boolean {
  return alternatives.some((names) => names.every(holds))
}
