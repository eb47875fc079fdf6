import type { EntityManager } from 'typeorm'
import type { AuthenticationMethod } from '../sessions/session.entity.ts'

export type ChallengePurpose = 'login' | 'passkey-login' | 'passkey-registration' | 'step-up'

export interface ChallengeRow {
  readonly hash: Buffer
  readonly purpose: ChallengePurpose
  /** Null while nobody has said who they are. */
  readonly accountId: string | null
  /** How its account has been proved so far. */
  readonly methods: readonly AuthenticationMethod[]
  readonly createdAt: Date
  readonly expiresAt: Date
}

export type WaitingChallenge = Pick<ChallengeRow, 'hash' | 'accountId' | 'methods'>

export type ChallengeReads = Pick<ChallengeRepository, 'waiting'>

const waitingChallenge = `select hash, account_id as "accountId", methods from challenges
  where hash = $1 and purpose = $2 and used_at is null and expires_at > $3`

export class ChallengeRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async insert(row: ChallengeRow): Promise<void> {
    await this.#manager.query(
      `insert into challenges (hash, purpose, account_id, methods, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [row.hash, row.purpose, row.accountId, row.methods, row.createdAt, row.expiresAt],
    )
  }

  async waiting(
    hash: Buffer,
    purpose: ChallengePurpose,
    now: Date,
  ): Promise<WaitingChallenge | undefined> {
    const rows: WaitingChallenge[] = await this.#manager.query(waitingChallenge, [
      hash,
      purpose,
      now,
    ])
    return rows[0]
  }

  /** Like `waiting`, and nobody else can use it before the caller's transaction ends. */
  async hold(
    hash: Buffer,
    purpose: ChallengePurpose,
    now: Date,
  ): Promise<WaitingChallenge | undefined> {
    const rows: WaitingChallenge[] = await this.#manager.query(`${waitingChallenge} for update`, [
      hash,
      purpose,
      now,
    ])
    return rows[0]
  }

  async spend(hash: Buffer, now: Date): Promise<void> {
    await this.#manager.query('update challenges set used_at = $2 where hash = $1', [hash, now])
  }

  /** Makes every unanswered challenge of an account worthless. */
  async cancelAll(accountId: string): Promise<void> {
    await this.#manager.query('delete from challenges where account_id = $1 and used_at is null', [
      accountId,
    ])
  }

  async removeEndedBefore(time: Date): Promise<void> {
    await this.#manager.query('delete from challenges where expires_at < $1', [time])
  }
}
