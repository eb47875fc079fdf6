import { Inbox } from '@gravity/shared/events/inbox'
import { Outbox, type OutboxOptions } from '@gravity/shared/events/outbox'
import { ExportReader } from '@gravity/shared/people/export-reader'
import type { EntityManager } from 'typeorm'
import { type AccountReads, AccountRepository } from './accounts/account.repository.ts'
import {
  type AdministrationReads,
  AdministrationRepository,
} from './administration/administration.repository.ts'
import {
  type ImpersonationReads,
  ImpersonationRepository,
} from './administration/impersonation.repository.ts'
import { type ApiKeyReads, ApiKeyRepository } from './api-keys/api-key.repository.ts'
import { type ChallengeReads, ChallengeRepository } from './challenges/challenge.repository.ts'
import { EmailChangeRepository } from './emails/email-change.repository.ts'
import { ErasureRepository } from './erasure/erasure.repository.ts'
import { type SigningKeyReads, SigningKeyRepository } from './keys/signing-key.repository.ts'
import { type MailLinkReads, MailLinkRepository } from './mail/mail-link.repository.ts'
import { RegistrationRepository } from './mail/registration.repository.ts'
import {
  type DevelopmentMailReads,
  DevelopmentMailRepository,
} from './mailbox/development-mail.repository.ts'
import { type GrantReads, GrantRepository } from './oauth/grant.repository.ts'
import { type OAuthClientReads, OAuthClientRepository } from './oauth/oauth-client.repository.ts'
import {
  type OutsideIdentityReads,
  OutsideIdentityRepository,
} from './outside-sign-in/outside-identity.repository.ts'
import { type PasskeyReads, PasskeyRepository } from './passkeys/passkey.repository.ts'
import {
  type SecondFactorReads,
  SecondFactorRepository,
} from './second-factor/second-factor.repository.ts'
import { type SessionReads, SessionRepository } from './sessions/session.repository.ts'
import {
  type SessionProofReads,
  SessionProofRepository,
} from './step-up/session-proof.repository.ts'

export interface AuthStore {
  readonly accounts: AccountRepository
  readonly administration: AdministrationRepository
  readonly impersonations: ImpersonationRepository
  readonly registrations: RegistrationRepository
  readonly mailLinks: MailLinkRepository
  readonly emailChanges: EmailChangeRepository
  readonly developmentMails: DevelopmentMailRepository
  readonly challenges: ChallengeRepository
  readonly secondFactors: SecondFactorRepository
  readonly passkeys: PasskeyRepository
  readonly sessions: SessionRepository
  readonly sessionProofs: SessionProofRepository
  readonly signingKeys: SigningKeyRepository
  readonly oauthClients: OAuthClientRepository
  readonly grants: GrantRepository
  readonly apiKeys: ApiKeyRepository
  readonly outsideIdentities: OutsideIdentityRepository
  readonly erasure: ErasureRepository
  readonly exports: ExportReader
  readonly outbox: Outbox
  readonly inbox: Inbox
}

export interface AuthReads {
  readonly accounts: AccountReads
  readonly administration: AdministrationReads
  readonly impersonations: ImpersonationReads
  readonly mailLinks: MailLinkReads
  readonly developmentMails: DevelopmentMailReads
  readonly challenges: ChallengeReads
  readonly secondFactors: SecondFactorReads
  readonly passkeys: PasskeyReads
  readonly sessions: SessionReads
  readonly sessionProofs: SessionProofReads
  readonly signingKeys: SigningKeyReads
  readonly oauthClients: OAuthClientReads
  readonly grants: GrantReads
  readonly apiKeys: ApiKeyReads
  readonly outsideIdentities: OutsideIdentityReads
}

export function createAuthStore(manager: EntityManager, options: OutboxOptions): AuthStore {
  return {
    accounts: new AccountRepository(manager),
    administration: new AdministrationRepository(manager),
    impersonations: new ImpersonationRepository(manager),
    registrations: new RegistrationRepository(manager),
    mailLinks: new MailLinkRepository(manager),
    emailChanges: new EmailChangeRepository(manager),
    developmentMails: new DevelopmentMailRepository(manager),
    challenges: new ChallengeRepository(manager),
    secondFactors: new SecondFactorRepository(manager),
    passkeys: new PasskeyRepository(manager),
    sessions: new SessionRepository(manager),
    sessionProofs: new SessionProofRepository(manager),
    signingKeys: new SigningKeyRepository(manager),
    oauthClients: new OAuthClientRepository(manager),
    grants: new GrantRepository(manager),
    apiKeys: new ApiKeyRepository(manager),
    outsideIdentities: new OutsideIdentityRepository(manager),
    erasure: new ErasureRepository(manager),
    exports: new ExportReader(manager),
    outbox: new Outbox(manager, options),
    inbox: new Inbox(manager),
  }
}
