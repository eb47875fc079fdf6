import type { Database } from '@gravity/shared/database/open-database'
import { isRecentProof } from '@gravity/shared/viewer/recent-proof'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { EnrolledFactors } from '../second-factor/second-factor.repository.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import { assertThemselves } from './assert-themselves.ts'
import { isProtected, type ProofMethod, proofMethodsOf } from './proof-methods.ts'

export interface ProofRequirementDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly clock: { now(): Date }
  /** How old a proof may be. */
  readonly maxAgeSeconds: number
}

export interface StepUpRequired {
  readonly __typename: 'StepUpRequired'
  readonly code: 'STEP_UP_REQUIRED'
  readonly message: string
  readonly methods: readonly ProofMethod[]
}

/**
 * Demands that the viewer has proved a moment ago who they are: by a second factor where they have one, else by the
 * password. A session that lies open, or was stolen, is not enough for what changes who can get in.
 */
export class ProofRequirement {
  readonly #deps: ProofRequirementDeps

  constructor(deps: ProofRequirementDeps) {
    this.#deps = deps
  }

  /** The problem; undefined when the proof is recent. Programs that act for somebody cannot prove that they are them. */
  async recent(viewer: Viewer): Promise<StepUpRequired | undefined> {
    const factors = await this.#factorsOf(viewer)
    return this.#demand(viewer, factors)
  }

  /** The same for who has a second factor; others pass. For what asks everybody for their password anyway. */
  async recentWhereProtected(viewer: Viewer): Promise<StepUpRequired | undefined> {
    const factors = await this.#factorsOf(viewer)
    return isProtected(factors) ? this.#demand(viewer, factors) : undefined
  }

  #factorsOf({ userId }: Viewer): Promise<EnrolledFactors> {
    return this.#deps.database.reads.secondFactors.enrolled(userId)
  }

  async #demand(viewer: Viewer, factors: EnrolledFactors): Promise<StepUpRequired | undefined> {
    const { clock, database, maxAgeSeconds } = this.#deps
    assertThemselves(viewer)
    const { sessionId, userId: accountId } = viewer
    const session = await database.reads.sessionProofs.of({ sessionId, accountId })
    const proof = session && {
      methods: session.methods,
      provedAt: session.provedAt.getTime() / 1_000,
    }
    const rule = { now: clock.now(), maxAgeSeconds, secondFactor: isProtected(factors) }
    return isRecentProof(proof, rule) ? undefined : stepUpRequired(factors)
  }
}

function stepUpRequired(factors: EnrolledFactors): StepUpRequired {
  return {
    __typename: 'StepUpRequired',
    code: 'STEP_UP_REQUIRED',
    message: isProtected(factors)
      ? 'Prove once more that it is you, by a second factor, and try again.'
      : 'Prove once more that it is you, by your password or by signing in again, and try again.',
    methods: proofMethodsOf(factors),
  }
}
