import type { Challenges } from '../challenges/challenges.ts'
import type { AuthConfig } from '../config.ts'
import type { AccountMailService } from '../mail/account-mail.service.ts'
import type { WebAuthn } from '../passkeys/webauthn.ts'
import type { SessionService, SignInFacts } from '../sessions/session.service.ts'
import type { OpenSession } from '../sessions/token-issuer.ts'
import { isProtected, type ProofMethod, proofMethodsOf } from '../step-up/proof-methods.ts'
import type { AuthStore } from '../store.ts'
import type { AccountRow } from './account.entity.ts'

export interface EntranceDeps {
  readonly sessions: SessionService
  readonly challenges: Challenges
  readonly webauthn: WebAuthn
  readonly mail: AccountMailService
  readonly emailVerification: AuthConfig['emailVerification']
}

export interface EmailNotVerified {
  readonly __typename: 'EmailNotVerified'
  readonly code: 'EMAIL_NOT_VERIFIED'
  readonly message: string
}

export interface AccountSuspended {
  readonly __typename: 'AccountSuspended'
  readonly code: 'ACCOUNT_SUSPENDED'
  readonly message: string
}

export interface SecondFactorRequired {
  readonly __typename: 'SecondFactorRequired'
  readonly code: 'SECOND_FACTOR_REQUIRED'
  readonly message: string
  readonly challenge: string
  readonly expiresAt: Date
  readonly methods: readonly ProofMethod[]
  readonly passkeyOptions: string | null
}

export type KeptOut = EmailNotVerified | AccountSuspended

/**
 * The one door behind every way to sign in: whoever has proved an account by something else than a second factor
 * (a password, an outside provider) is admitted here, so that none of them forgets what else there is to ask.
 */
export class Entrance {
  readonly #deps: EntranceDeps

  constructor(deps: EntranceDeps) {
    this.#deps = deps
  }

  /** A session, within the caller's transaction; or what is asked for before `completeLogin` opens one. */
  async admit(
    store: AuthStore,
    account: AccountRow,
    facts: SignInFacts,
  ): Promise<OpenSession | SecondFactorRequired | KeptOut> {
    const keptOut = await this.keptOut(store, account)
    if (keptOut) return keptOut
    const factors = await store.secondFactors.enrolled(account.id)
    if (!isProtected(factors)) return this.#deps.sessions.open(store, account.id, facts)
    const { challenges, webauthn } = this.#deps
    const subject = { purpose: 'login', accountId: account.id, methods: facts.methods } as const
    const { challenge, expiresAt } = await challenges.issue(store, subject)
    return {
      __typename: 'SecondFactorRequired',
      code: 'SECOND_FACTOR_REQUIRED',
      message: 'This account has a second factor. Prove it with `completeLogin`.',
      challenge,
      expiresAt,
      methods: proofMethodsOf(factors),
      passkeyOptions:
        factors.passkeys.length > 0
          ? await webauthn.requestOptions(challenge, factors.passkeys)
          : null,
    }
  }

  /** Why the account's holder may not come in, whatever they prove; undefined when they may. */
  async keptOut(
    store: AuthStore,
    { email, emailVerifiedAt, id }: Pick<AccountRow, 'id' | 'email' | 'emailVerifiedAt'>,
  ): Promise<KeptOut | undefined> {
    const { emailVerification, mail } = this.#deps
    if (emailVerification === 'required' && !emailVerifiedAt) {
      await mail.ask(store, { kind: 'verification', email })
      return emailNotVerified()
    }
    return (await store.accounts.mayEnter(id)) ? undefined : accountSuspended()
  }
}

function emailNotVerified(): EmailNotVerified {
  return {
    __typename: 'EmailNotVerified',
    code: 'EMAIL_NOT_VERIFIED',
    message: 'Confirm your address first: open the link in the mail that we have sent to it.',
  }
}

function accountSuspended(): AccountSuspended {
  return {
    __typename: 'AccountSuspended',
    code: 'ACCOUNT_SUSPENDED',
    message: 'This account is suspended. Write to those who run this place.',
  }
}
