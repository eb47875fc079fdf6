import type { Database } from '@gravity/shared/database/open-database'
import type { AuthConfig } from '../config.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import type { AccountMailService } from '../mail/account-mail.service.ts'
import type { PasswordHashing } from '../passwords/password-hashing.ts'
import type { Client } from '../sessions/client.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { OpenSession } from '../sessions/token-issuer.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import {
  type AccountService,
  type InvalidCredentials,
  invalidCredentials,
} from './account.service.ts'

export interface SignInServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly accounts: AccountService
  readonly passwords: PasswordHashing
  readonly sessions: SessionService
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

export interface Credentials {
  readonly email: string
  readonly password: string
}

export class SignInService {
  readonly #deps: SignInServiceDeps

  constructor(deps: SignInServiceDeps) {
    this.#deps = deps
  }

  async login(
    { email, password }: Credentials,
    client: Client,
  ): Promise<
    OpenSession | InvalidCredentials | EmailNotVerified | AccountSuspended | TooManyAttempts
  > {
    const { accounts, database, mail, passwords, sessions } = this.#deps
    const account = await accounts.prove({ email, password, clientAddress: client.address })
    if ('__typename' in account) return this.#explained(account)

    if (this.#mustVerify && !account.emailVerifiedAt) {
      await database.transaction((store) =>
        mail.ask(store, { kind: 'verification', email: account.email }),
      )
      return emailNotVerified()
    }
    const replacement = passwords.isOutdated(account.passwordHash)
      ? await passwords.hash(password)
      : undefined
    return database.transaction(async (store) => {
      if (!(await store.accounts.mayEnter(account.id))) return accountSuspended()
      if (replacement) {
        await store.accounts.replacePasswordHash(account.id, account.passwordHash, replacement)
      }
      return sessions.open(store, account.id, client)
    })
  }

  get #mustVerify(): boolean {
    return this.#deps.emailVerification === 'required'
  }

  /** Who has registered and not confirmed yet has no account: everybody is told what that would need. */
  #explained<Refusal extends InvalidCredentials | TooManyAttempts>(
    refusal: Refusal,
  ): Refusal | InvalidCredentials {
    if (refusal.__typename !== 'InvalidCredentials' || !this.#mustVerify) return refusal
    return invalidCredentials(
      'The address or the password is wrong, or the address is not confirmed yet: open the link in our mail, or ask for it again.',
    )
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
