import type { EntityManager } from 'typeorm'
import { SigningKeyEntity, type SigningKeyRow } from './signing-key.entity.ts'

export type SigningKeyReads = Pick<SigningKeyRepository, 'all'>

export class SigningKeyRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** Newest first. */
  all(): Promise<SigningKeyRow[]> {
    return this.#manager.find(SigningKeyEntity, { order: { signsFrom: 'DESC' } })
  }

  /** Makes this transaction the only one that changes the keys until it ends. */
  async lock(): Promise<void> {
    await this.#manager.query('lock table signing_keys in share row exclusive mode')
  }

  async insert(key: SigningKeyRow): Promise<void> {
    await this.#manager.insert(SigningKeyEntity, key)
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#manager.query('delete from signing_keys where id = any($1)', [ids])
  }
}
