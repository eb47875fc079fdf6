import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import type { SecondFactorAttempts } from '../defence/second-factor-attempts.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import type { PasskeyProofs } from '../passkeys/passkey-proofs.ts'
import type { AuthenticationMethod } from '../sessions/session.entity.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { FactorNews } from './factor-news.ts'
import { hashOfRecoveryCode } from './recovery-codes.ts'
import { type InvalidCode, type InvalidPasskey, invalidCode } from './refusals.ts'
import { stepOfCode } from './totp.ts'
import type { TotpSecrets } from './totp-secrets.ts'

export interface SecondFactorProofsDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly passkeys: PasskeyProofs
  readonly totpSecrets: TotpSecrets
  /** 32 bytes that recovery codes are hashed with. */
  readonly recoverySecret: Buffer
  readonly attempts: SecondFactorAttempts
  readonly news: FactorNews
  readonly clock: { now(): Date }
}

/** One of them. */
export interface PresentedProof {
  /** Of an authenticator app. */
  readonly code?: string | null | undefined
  readonly recoveryCode?: string | null | undefined
  /** The JSON of an assertion. */
  readonly passkey?: string | null | undefined
}

export interface ProofQuestion {
  readonly accountId: string
  /** What a passkey must have signed. */
  readonly challenge: string
}

/** A proof that is right, and is used up when it is settled. */
export interface AcceptedProof {
  readonly methods: readonly AuthenticationMethod[]
  /** Within the caller's transaction; the problem when somebody else has used it in the meantime. */
  settle(store: AuthStore): Promise<InvalidCode | InvalidPasskey | undefined>
}

export type ProofRefusal = InvalidCode | InvalidPasskey | InvalidInput | TooManyAttempts

/** Whether somebody who is known by something else has the second factor of an account too. */
export class SecondFactorProofs {
  readonly #deps: SecondFactorProofsDeps

  constructor(deps: SecondFactorProofsDeps) {
    this.#deps = deps
  }

  async accept(
    presented: PresentedProof,
    question: ProofQuestion,
  ): Promise<AcceptedProof | ProofRefusal> {
    const { code, passkey, recoveryCode } = presented
    const given = [code, passkey, recoveryCode].filter((value) => typeof value === 'string')
    if (given.length !== 1) {
      return invalidInput('code', 'Send one of `code`, `recoveryCode` and `passkey`.')
    }
    if (typeof code === 'string') return this.#acceptCode(code, question.accountId)
    if (typeof recoveryCode === 'string')
      return this.#acceptRecovery(recoveryCode, question.accountId)
    return this.#deps.passkeys.accept(passkey ?? '', question)
  }

  async #acceptCode(
    code: string,
    accountId: string,
  ): Promise<AcceptedProof | InvalidCode | TooManyAttempts> {
    const { attempts, clock, database, totpSecrets } = this.#deps
    const limited = await attempts.take('totp', accountId)
    if (limited) return limited
    const factor = await database.reads.secondFactors.totp(accountId)
    const step = factor?.confirmedAt
      ? stepOfCode(totpSecrets.open(accountId, factor.sealedSecret), code, clock.now())
      : undefined
    if (step === undefined) return invalidCode()
    return {
      methods: ['otp', 'mfa'],
      async settle(store) {
        if (!(await store.secondFactors.useStep(accountId, step))) return invalidCode()
        await attempts.forget('totp', accountId)
        return undefined
      },
    }
  }

  async #acceptRecovery(code: string, accountId: string): Promise<AcceptedProof | TooManyAttempts> {
    const { attempts, clock, recoverySecret } = this.#deps
    const limited = await attempts.take('recovery-code', accountId)
    if (limited) return limited
    const hash = hashOfRecoveryCode(recoverySecret, accountId, code)
    return {
      // A code on paper is a one-time password as well; there is no reference of its own (RFC 8176).
      methods: ['otp', 'mfa'],
      settle: async (store) => {
        if (!(await store.secondFactors.useRecoveryCode(accountId, hash, clock.now()))) {
          return invalidCode('This recovery code is wrong, or was used before.')
        }
        await this.#tellUse(store, accountId)
        await attempts.forget('recovery-code', accountId)
        return undefined
      },
    }
  }

  async #tellUse(store: AuthStore, accountId: string): Promise<void> {
    const account = await store.accounts.byId(accountId)
    if (!account) return
    const { recoveryCodesLeft } = await store.secondFactors.enrolled(accountId)
    await this.#deps.news.record(store, {
      account,
      change: 'recovery-code-used',
      detail: String(recoveryCodesLeft),
    })
  }
}
