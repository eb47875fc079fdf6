import type { Database } from '@gravity/shared/database/open-database'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { isProtected } from '../step-up/proof-methods.ts'
import type { ProofRequirement, StepUpRequired } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { FactorNews } from './factor-news.ts'
import { hashOfRecoveryCode, newRecoveryCodes } from './recovery-codes.ts'

export interface RecoveryCodeServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  /** 32 bytes that the codes are hashed with. */
  readonly recoverySecret: Buffer
  readonly requirement: ProofRequirement
  readonly news: FactorNews
  readonly clock: { now(): Date }
}

export interface RecoveryCodes {
  readonly __typename: 'RecoveryCodes'
  readonly codes: readonly string[]
}

export interface NoSecondFactor {
  readonly __typename: 'NoSecondFactor'
  readonly code: 'NO_SECOND_FACTOR'
  readonly message: string
}

/** What is left to who has lost their device. */
export class RecoveryCodeService {
  readonly #deps: RecoveryCodeServiceDeps

  constructor(deps: RecoveryCodeServiceDeps) {
    this.#deps = deps
  }

  async make(viewer: Viewer): Promise<RecoveryCodes | NoSecondFactor | StepUpRequired> {
    const { database, news, requirement } = this.#deps
    const demand = await requirement.recent(viewer)
    if (demand) return demand
    const accountId = viewer.userId
    return database.transaction(async (store) => {
      const email = await store.secondFactors.lock(accountId)
      const factors = await store.secondFactors.enrolled(accountId)
      if (email === undefined || !isProtected(factors)) return noSecondFactor()
      const codes = await this.#replace(store, accountId)
      const account = { id: accountId, email }
      await news.record(store, { account, change: 'recovery-codes-made' })
      return { __typename: 'RecoveryCodes', codes } as const
    })
  }

  /**
   * The first codes of an account that has just got its first factor; none when it has codes. The caller's transaction
   * has the lock on the account's factors.
   */
  async makeFirst(store: AuthStore, accountId: string): Promise<readonly string[]> {
    const { recoveryCodesMadeAt } = await store.secondFactors.enrolled(accountId)
    return recoveryCodesMadeAt ? [] : this.#replace(store, accountId)
  }

  /** Forgets the codes of an account without any factor: they would stand for nothing. */
  async removeWithLast(store: AuthStore, accountId: string): Promise<void> {
    const factors = await store.secondFactors.enrolled(accountId)
    if (!isProtected(factors)) await store.secondFactors.removeRecoveryCodes(accountId)
  }

  async #replace(store: AuthStore, accountId: string): Promise<string[]> {
    const { clock, recoverySecret } = this.#deps
    const codes = newRecoveryCodes()
    const hashes = codes.map((code) => hashOfRecoveryCode(recoverySecret, accountId, code))
    await store.secondFactors.replaceRecoveryCodes(accountId, { hashes, now: clock.now() })
    return codes
  }
}

function noSecondFactor(): NoSecondFactor {
  return {
    __typename: 'NoSecondFactor',
    code: 'NO_SECOND_FACTOR',
    message:
      'Recovery codes stand in for a second factor. Add an authenticator app or a passkey first.',
  }
}
