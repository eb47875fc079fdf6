import { Inbox } from '@gravity/shared/events/inbox'
import { Outbox, type OutboxOptions } from '@gravity/shared/events/outbox'
import type { EntityManager } from 'typeorm'
import { type AccountReads, AccountRepository } from './accounts/account.repository.ts'
import {
  type AdministrationReads,
  AdministrationRepository,
} from './administration/administration.repository.ts'
import { EmailChangeRepository } from './emails/email-change.repository.ts'
import { type SigningKeyReads, SigningKeyRepository } from './keys/signing-key.repository.ts'
import { type MailLinkReads, MailLinkRepository } from './mail/mail-link.repository.ts'
import { RegistrationRepository } from './mail/registration.repository.ts'
import {
  type DevelopmentMailReads,
  DevelopmentMailRepository,
} from './mailbox/development-mail.repository.ts'
import { type SessionReads, SessionRepository } from './sessions/session.repository.ts'

export interface AuthStore {
  readonly accounts: AccountRepository
  readonly administration: AdministrationRepository
  readonly registrations: RegistrationRepository
  readonly mailLinks: MailLinkRepository
  readonly emailChanges: EmailChangeRepository
  readonly developmentMails: DevelopmentMailRepository
  readonly sessions: SessionRepository
  readonly signingKeys: SigningKeyRepository
  readonly outbox: Outbox
  readonly inbox: Inbox
}

export interface AuthReads {
  readonly accounts: AccountReads
  readonly administration: AdministrationReads
  readonly mailLinks: MailLinkReads
  readonly developmentMails: DevelopmentMailReads
  readonly sessions: SessionReads
  readonly signingKeys: SigningKeyReads
}

export function createAuthStore(manager: EntityManager, options: OutboxOptions): AuthStore {
  return {
    accounts: new AccountRepository(manager),
    administration: new AdministrationRepository(manager),
    registrations: new RegistrationRepository(manager),
    mailLinks: new MailLinkRepository(manager),
    emailChanges: new EmailChangeRepository(manager),
    developmentMails: new DevelopmentMailRepository(manager),
    sessions: new SessionRepository(manager),
    signingKeys: new SigningKeyRepository(manager),
    outbox: new Outbox(manager, options),
    inbox: new Inbox(manager),
  }
}
