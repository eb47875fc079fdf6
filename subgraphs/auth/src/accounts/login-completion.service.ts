import type { Database } from '@gravity/shared/database/open-database'
import type { Challenges } from '../challenges/challenges.ts'
import type { RequestLimits } from '../defence/request-limits.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import { type ChallengeExpired, challengeExpired } from '../second-factor/refusals.ts'
import type {
  AcceptedProof,
  PresentedProof,
  ProofRefusal,
  SecondFactorProofs,
} from '../second-factor/second-factor-proofs.ts'
import type { Client } from '../sessions/client.ts'
import type { AuthenticationMethod } from '../sessions/session.entity.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { OpenSession } from '../sessions/token-issuer.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { Entrance, KeptOut } from './entrance.ts'

export interface LoginCompletionDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly entrance: Entrance
  readonly challenges: Challenges
  readonly proofs: SecondFactorProofs
  readonly sessions: SessionService
  readonly limits: RequestLimits
}

export type CompletedLogin = OpenSession | ChallengeExpired | KeptOut | ProofRefusal

interface Answered {
  readonly accountId: string
  readonly challenge: string
  readonly proof: AcceptedProof
  readonly client: Client
}

/** The second half of a login: what was proved before is remembered by its challenge. */
export class LoginCompletionService {
  readonly #deps: LoginCompletionDeps

  constructor(deps: LoginCompletionDeps) {
    this.#deps = deps
  }

  /** A wrong answer leaves the challenge for another one; a right one uses it up. */
  async complete(
    input: PresentedProof & { readonly challenge: string },
    client: Client,
  ): Promise<CompletedLogin | TooManyAttempts> {
    const { challenges, database, limits, proofs } = this.#deps
    const { challenge, ...presented } = input
    const limited = await limits.takeChallenge(client.address)
    if (limited) return limited
    const accountId = (await challenges.find(challenge, 'login'))?.accountId
    if (!accountId) return challengeExpired()
    const proof = await proofs.accept(presented, { accountId, challenge })
    if ('__typename' in proof) return proof
    return database.transaction((store) =>
      this.#enter(store, { accountId, challenge, proof, client }),
    )
  }

  async #enter(
    store: AuthStore,
    { accountId, challenge, client, proof }: Answered,
  ): Promise<CompletedLogin> {
    const { challenges, entrance, sessions } = this.#deps
    const account = await store.accounts.byId(accountId)
    const keptOut = account && (await entrance.keptOut(store, account))
    if (keptOut) return keptOut
    const held = await challenges.hold(store, challenge, 'login')
    if (!held) return challengeExpired()
    const refusal = await proof.settle(store)
    if (refusal) return refusal
    await challenges.spend(store, held)
    const methods = new Set<AuthenticationMethod>([...held.methods, ...proof.methods, 'mfa'])
    return sessions.open(store, accountId, { client, methods: [...methods] })
  }
}
