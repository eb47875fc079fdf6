import type { Database } from '@gravity/shared/database/open-database'
import type { AuthConfig } from '../config.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import type { PasswordHashing } from '../passwords/password-hashing.ts'
import type { Client } from '../sessions/client.ts'
import type { OpenSession } from '../sessions/token-issuer.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import {
  type AccountService,
  type InvalidCredentials,
  invalidCredentials,
} from './account.service.ts'
import type { Entrance, KeptOut, SecondFactorRequired } from './entrance.ts'

export interface SignInServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly accounts: AccountService
  readonly passwords: PasswordHashing
  readonly entrance: Entrance
  readonly emailVerification: AuthConfig['emailVerification']
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
  ): Promise<OpenSession | SecondFactorRequired | InvalidCredentials | KeptOut | TooManyAttempts> {
    const { accounts, database, entrance, passwords } = this.#deps
    const account = await accounts.prove({ email, password, clientAddress: client.address })
    if ('__typename' in account) return this.#explained(account)

    const replacement = passwords.isOutdated(account.passwordHash)
      ? await passwords.hash(password)
      : undefined
    return database.transaction(async (store) => {
      if (replacement) {
        await store.accounts.replacePasswordHash(account.id, account.passwordHash, replacement)
      }
      return entrance.admit(store, account, { client, methods: ['pwd'] })
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
