import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import {
  type AccountService,
  type InvalidCredentials,
  invalidCredentials,
} from '../accounts/account.service.ts'
import type { Challenges } from '../challenges/challenges.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import type { WebAuthn } from '../passkeys/webauthn.ts'
import { readAssertion } from '../passkeys/webauthn-answers.ts'
import { type ChallengeExpired, challengeExpired } from '../second-factor/refusals.ts'
import type {
  AcceptedProof,
  PresentedProof,
  ProofRefusal,
  SecondFactorProofs,
} from '../second-factor/second-factor-proofs.ts'
import type { Client } from '../sessions/client.ts'
import type { TokenIssuer } from '../sessions/token-issuer.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import { assertThemselves } from './assert-themselves.ts'
import { isProtected, type ProofMethod, proofMethodsOf } from './proof-methods.ts'
import type { RenewedProof } from './session-proof.repository.ts'

export interface StepUpServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly accounts: AccountService
  readonly proofs: SecondFactorProofs
  readonly challenges: Challenges
  readonly webauthn: WebAuthn
  readonly tokens: TokenIssuer
  readonly clock: { now(): Date }
}

export interface StepUpBegun {
  readonly __typename: 'StepUpBegun'
  readonly methods: readonly ProofMethod[]
  readonly passkeyOptions: string | null
}

export interface SteppedUp {
  readonly __typename: 'SteppedUp'
  readonly provedAt: Date
  readonly accessToken: string
  readonly accessTokenExpiresAt: Date
}

export interface StepUpInput extends PresentedProof {
  readonly password?: string | null | undefined
}

/** Renews the proof of a session that is open already. */
export class StepUpService {
  readonly #deps: StepUpServiceDeps

  constructor(deps: StepUpServiceDeps) {
    this.#deps = deps
  }

  async begin(viewer: Viewer): Promise<StepUpBegun> {
    assertThemselves(viewer)
    const { challenges, database, webauthn } = this.#deps
    const factors = await database.reads.secondFactors.enrolled(viewer.userId)
    const begun = { __typename: 'StepUpBegun', methods: proofMethodsOf(factors) } as const
    if (factors.passkeys.length === 0) return { ...begun, passkeyOptions: null }
    const { challenge } = await database.transaction((store) =>
      challenges.issue(store, { purpose: 'step-up', accountId: viewer.userId }),
    )
    const passkeyOptions = await webauthn.requestOptions(challenge, factors.passkeys)
    return { ...begun, passkeyOptions }
  }

  async stepUp(
    viewer: Viewer,
    { password, ...presented }: StepUpInput,
    client: Client,
  ): Promise<SteppedUp | InvalidCredentials | ChallengeExpired | ProofRefusal> {
    assertThemselves(viewer)
    return typeof password === 'string'
      ? this.#byPassword(viewer, password, client)
      : this.#bySecondFactor(viewer, presented)
  }

  async #byPassword(
    viewer: Viewer,
    password: string,
    client: Client,
  ): Promise<SteppedUp | InvalidCredentials | InvalidInput | TooManyAttempts> {
    const { accounts, clock, database } = this.#deps
    if (isProtected(await database.reads.secondFactors.enrolled(viewer.userId))) {
      return invalidInput('password', 'This account has a second factor: prove that one.')
    }
    const account = await database.reads.accounts.byId(viewer.userId)
    const proved = await accounts.prove({
      email: account?.email ?? '',
      password,
      clientAddress: client.address,
    })
    if ('__typename' in proved) {
      return proved.__typename === 'InvalidCredentials'
        ? invalidCredentials('The password is wrong.')
        : proved
    }
    // In place of what was proved before: an old second factor does not become a recent one.
    const renewed = { methods: ['pwd'], adds: false, now: clock.now() } as const
    return database.transaction((store) => this.#renew(store, viewer, renewed))
  }

  async #bySecondFactor(
    viewer: Viewer,
    presented: PresentedProof,
  ): Promise<SteppedUp | ChallengeExpired | ProofRefusal> {
    const { challenges, database, proofs } = this.#deps
    const { userId: accountId } = viewer
    const challenge = readAssertion(presented.passkey ?? '')?.challenge ?? ''
    const asked = await challenges.find(challenge, 'step-up')
    if (challenge !== '' && asked?.accountId !== accountId) return challengeExpired()
    const proof = await proofs.accept(presented, { accountId, challenge })
    if ('__typename' in proof) return proof
    return database.transaction((store) => this.#settle(store, viewer, { proof, challenge }))
  }

  async #settle(
    store: AuthStore,
    viewer: Viewer,
    { challenge, proof }: { readonly challenge: string; readonly proof: AcceptedProof },
  ): Promise<SteppedUp | ChallengeExpired | ProofRefusal> {
    const { challenges, clock } = this.#deps
    const held = await challenges.hold(store, challenge, 'step-up')
    if (challenge !== '' && !held) return challengeExpired()
    const refusal = await proof.settle(store)
    if (refusal) return refusal
    if (held) await challenges.spend(store, held)
    return this.#renew(store, viewer, { methods: proof.methods, adds: true, now: clock.now() })
  }

  async #renew(store: AuthStore, viewer: Viewer, proof: RenewedProof): Promise<SteppedUp> {
    const { sessionId, userId: accountId } = viewer
    const session = await store.sessionProofs.renew({ sessionId, accountId }, proof)
    if (!session) throw new GravityError('UNAUTHENTICATED', 'The session has ended. Log in again.')
    const token = await this.#deps.tokens.accessToken(store, session)
    return { __typename: 'SteppedUp', provedAt: session.provedAt, ...token }
  }
}
