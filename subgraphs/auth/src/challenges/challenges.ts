import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '@gravity/shared/database/open-database'
import type { AuthenticationMethod } from '../sessions/session.entity.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { ChallengePurpose, WaitingChallenge } from './challenge.repository.ts'

const minuteMs = 60_000

export interface IssuedChallenge {
  /** 256 random bits as base64url; also what a passkey signs. */
  readonly challenge: string
  readonly expiresAt: Date
}

export interface ChallengeSubject {
  readonly purpose: ChallengePurpose
  readonly accountId: string | null
  readonly methods?: readonly AuthenticationMethod[]
}

/** Questions that wait ten minutes for their answer, and take one. */
export class Challenges {
  readonly #database: Database<AuthStore, AuthReads>
  readonly #now: () => Date

  constructor(deps: {
    readonly database: Database<AuthStore, AuthReads>
    readonly clock: { now(): Date }
  }) {
    this.#database = deps.database
    this.#now = () => deps.clock.now()
  }

  async issue(
    store: AuthStore,
    { accountId, methods = [], purpose }: ChallengeSubject,
  ): Promise<IssuedChallenge> {
    const challenge = randomBytes(32).toString('base64url')
    const createdAt = this.#now()
    const expiresAt = new Date(createdAt.getTime() + 10 * minuteMs)
    const hash = hashOf(challenge)
    await store.challenges.insert({ hash, purpose, accountId, methods, createdAt, expiresAt })
    return { challenge, expiresAt }
  }

  /** Undefined when it is unknown, was answered, is too old, or is about something else. */
  find(challenge: string, purpose: ChallengePurpose): Promise<WaitingChallenge | undefined> {
    return this.#database.reads.challenges.waiting(hashOf(challenge), purpose, this.#now())
  }

  /** Keeps it for the caller's transaction: of two answers at once the second one finds it spent. */
  hold(
    store: AuthStore,
    challenge: string,
    purpose: ChallengePurpose,
  ): Promise<WaitingChallenge | undefined> {
    return store.challenges.hold(hashOf(challenge), purpose, this.#now())
  }

  spend(store: AuthStore, { hash }: WaitingChallenge): Promise<void> {
    return store.challenges.spend(hash, this.#now())
  }
}

function hashOf(challenge: string): Buffer {
  return createHash('sha256').update(challenge).digest()
}
