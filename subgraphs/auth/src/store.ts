import { Inbox } from '@gravity/shared/events/inbox'
import { Outbox, type OutboxOptions } from '@gravity/shared/events/outbox'
import type { EntityManager } from 'typeorm'
import { type AccountReads, AccountRepository } from './accounts/account.repository.ts'
import { type SigningKeyReads, SigningKeyRepository } from './keys/signing-key.repository.ts'
import { type SessionReads, SessionRepository } from './sessions/session.repository.ts'

export interface AuthStore {
  readonly accounts: AccountRepository
  readonly sessions: SessionRepository
  readonly signingKeys: SigningKeyRepository
  readonly outbox: Outbox
  readonly inbox: Inbox
}

export interface AuthReads {
  readonly accounts: AccountReads
  readonly sessions: SessionReads
  readonly signingKeys: SigningKeyReads
}

export function createAuthStore(manager: EntityManager, options: OutboxOptions): AuthStore {
  return {
    accounts: new AccountRepository(manager),
    sessions: new SessionRepository(manager),
    signingKeys: new SigningKeyRepository(manager),
    outbox: new Outbox(manager, options),
    inbox: new Inbox(manager),
  }
}
