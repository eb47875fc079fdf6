import type { Database } from '@gravity/shared/database/open-database'
import type { Entrance, KeptOut } from '../accounts/entrance.ts'
import type { Challenges } from '../challenges/challenges.ts'
import type { RequestLimits } from '../defence/request-limits.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import {
  type ChallengeExpired,
  challengeExpired,
  type InvalidPasskey,
  invalidPasskey,
} from '../second-factor/refusals.ts'
import type { Client } from '../sessions/client.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { OpenSession } from '../sessions/token-issuer.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { AcceptedPasskey, PasskeyProofs } from './passkey-proofs.ts'
import type { WebAuthn } from './webauthn.ts'
import { readAssertion } from './webauthn-answers.ts'

export interface PasskeyLoginDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly entrance: Entrance
  readonly challenges: Challenges
  readonly proofs: PasskeyProofs
  readonly webauthn: WebAuthn
  readonly sessions: SessionService
  readonly limits: RequestLimits
}

export interface PasskeyLoginBegun {
  readonly __typename: 'PasskeyLoginBegun'
  readonly options: string
  readonly expiresAt: Date
}

/** Signing in with a passkey alone: it is something that one has, and knows or is. */
export class PasskeyLoginService {
  readonly #deps: PasskeyLoginDeps

  constructor(deps: PasskeyLoginDeps) {
    this.#deps = deps
  }

  /** Asks nobody for a name, so that the answer tells nothing of anybody. */
  async begin(client: Client): Promise<PasskeyLoginBegun | TooManyAttempts> {
    const { challenges, database, limits, webauthn } = this.#deps
    const limited = await limits.takeChallenge(client.address)
    if (limited) return limited
    const { challenge, expiresAt } = await database.transaction((store) =>
      challenges.issue(store, { purpose: 'passkey-login', accountId: null }),
    )
    const options = await webauthn.requestOptions(challenge)
    return { __typename: 'PasskeyLoginBegun', options, expiresAt }
  }

  async login(
    answer: string,
    client: Client,
  ): Promise<OpenSession | InvalidPasskey | ChallengeExpired | KeptOut | TooManyAttempts> {
    const { challenges, database, limits, proofs } = this.#deps
    const limited = await limits.takeChallenge(client.address)
    if (limited) return limited
    const challenge = readAssertion(answer)?.challenge
    if (challenge === undefined) return invalidPasskey()
    if (!(await challenges.find(challenge, 'passkey-login'))) return challengeExpired()
    const proof = await proofs.accept(answer, { accountId: null, challenge })
    if ('__typename' in proof) return proof
    return database.transaction((store) => this.#enter(store, { challenge, proof, client }))
  }

  async #enter(
    store: AuthStore,
    answered: {
      readonly challenge: string
      readonly proof: AcceptedPasskey
      readonly client: Client
    },
  ): Promise<OpenSession | InvalidPasskey | ChallengeExpired | KeptOut> {
    const { challenges, entrance, sessions } = this.#deps
    const { challenge, client, proof } = answered
    const account = await store.accounts.byId(proof.accountId)
    if (!account) return invalidPasskey()
    const keptOut = await entrance.keptOut(store, account)
    if (keptOut) return keptOut
    const held = await challenges.hold(store, challenge, 'passkey-login')
    if (!held) return challengeExpired()
    const refusal = await proof.settle(store)
    if (refusal) return refusal
    await challenges.spend(store, held)
    return sessions.open(store, account.id, { client, methods: proof.methods })
  }
}
