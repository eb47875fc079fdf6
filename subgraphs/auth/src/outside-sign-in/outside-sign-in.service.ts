import { randomBytes } from 'node:crypto'
import type { Database } from '@gravity/shared/database/open-database'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { parseDisplayName } from '@gravity/shared/people/display-name'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { AccountRow } from '../accounts/account.entity.ts'
import { insertAccount } from '../accounts/account.service.ts'
import { parseEmailAddress } from '../accounts/email-address.ts'
import type { Entrance, KeptOut, SecondFactorRequired } from '../accounts/entrance.ts'
import type { RequestLimits } from '../defence/request-limits.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import type { PasswordHashing } from '../passwords/password-hashing.ts'
import type { Client } from '../sessions/client.ts'
import type { OpenSession } from '../sessions/token-issuer.ts'
import type { ProofRequirement } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { LinkedIdentity, OutsideIdentity } from './outside-identity.repository.ts'
import type { OutsidePerson } from './outside-provider.ts'

export interface OutsideSignInDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly entrance: Entrance
  readonly passwords: PasswordHashing
  readonly limits: RequestLimits
  readonly requirement: ProofRequirement
  readonly clock: { now(): Date; newId(): string }
}

/** Somebody has an account with this address already: who signs in to it may link the two. */
export interface LinkNeeded {
  readonly __typename: 'LinkNeeded'
}

/** The provider names no address, or has not made sure that it is theirs. */
export interface AddressNeeded {
  readonly __typename: 'AddressNeeded'
}

/**
 * Signs in whom an outside provider knows. An account is found by issuer and subject only: an address that somebody
 * else has confirmed, or nobody, opens no account that is there already.
 */
export class OutsideSignIn {
  readonly #deps: OutsideSignInDeps

  constructor(deps: OutsideSignInDeps) {
    this.#deps = deps
  }

  async enter(
    person: OutsidePerson,
    client: Client,
  ): Promise<
    OpenSession | SecondFactorRequired | KeptOut | LinkNeeded | AddressNeeded | TooManyAttempts
  > {
    const { database, entrance } = this.#deps
    const accountId = await database.reads.outsideIdentities.accountOf(person)
    if (accountId === undefined) return this.#join(person, client)
    return database.transaction(async (store) => {
      const account = await store.accounts.byId(accountId)
      return account ? entrance.admit(store, account, { client, methods: ['fed'] }) : addressNeeded
    })
  }

  /** False when the identity belongs to somebody else. Linking it again changes nothing. */
  async link(identity: OutsideIdentity, accountId: string): Promise<boolean> {
    return this.#deps.database.transaction(async (store) => {
      if (await this.#link(store, identity, accountId)) return true
      return (await store.outsideIdentities.accountOf(identity)) === accountId
    })
  }

  listOf({ userId }: Viewer): Promise<readonly LinkedIdentity[]> {
    return this.#deps.database.reads.outsideIdentities.listOf(userId)
  }

  /** It opens the account no longer. Doing so again is no error. */
  async unlink(viewer: Viewer, identityId: string) {
    const { database, requirement } = this.#deps
    const required = await requirement.recent(viewer)
    if (required) return required
    const unlinked = { __typename: 'OutsideIdentityUnlinked', identityId } as const
    if (!isUuid(identityId)) return unlinked
    await database.transaction(async (store) => {
      const issuer = await store.outsideIdentities.unlink(identityId, viewer.userId)
      if (issuer === undefined) return
      await this.#record(store, viewer.userId, { action: 'outside-identity-unlinked', issuer })
    })
    return unlinked
  }

  async #link(store: AuthStore, identity: OutsideIdentity, accountId: string): Promise<boolean> {
    const { clock } = this.#deps
    const link = { id: clock.newId(), accountId, linkedAt: clock.now() }
    if (!(await store.outsideIdentities.link(identity, link))) return false
    const { issuer } = identity
    await this.#record(store, accountId, { action: 'outside-identity-linked', issuer })
    return true
  }

  #record(
    store: AuthStore,
    accountId: string,
    {
      action,
      issuer,
    }: {
      readonly action: 'outside-identity-linked' | 'outside-identity-unlinked'
      readonly issuer: string
    },
  ): Promise<void> {
    const { clock } = this.#deps
    return store.administration.record({
      id: clock.newId(),
      occurredAt: clock.now(),
      actorId: accountId,
      accountId,
      action,
      detail: issuer,
    })
  }

  /** Makes an account for an address that the provider has confirmed and nobody has here. */
  async #join(person: OutsidePerson, client: Client) {
    const { clock, database, entrance, limits, passwords } = this.#deps
    const email = person.isEmailVerified ? parseEmailAddress(person.email ?? '') : undefined
    if (!email) return addressNeeded
    if (await database.reads.accounts.byEmail(email)) return linkNeeded
    const limited = await limits.takeRegistration(client.address)
    if (limited) return limited
    const now = clock.now()
    const account: AccountRow = {
      id: clock.newId(),
      email,
      // Nobody knows it; whoever wants a password sets one by the mail for forgotten ones.
      passwordHash: await passwords.hash(randomBytes(32).toString('base64url')),
      createdAt: now,
      emailVerifiedAt: now,
    }
    const displayName = parseDisplayName(person.name ?? '') ?? nameIn(email)
    return database.transaction(async (store) => {
      const given = { ...account, displayName, role: 'customer' }
      if (!(await insertAccount(store, given))) return linkNeeded
      await this.#link(store, person, account.id)
      return entrance.admit(store, account, { client, methods: ['fed'] })
    })
  }
}

const linkNeeded: LinkNeeded = { __typename: 'LinkNeeded' }
const addressNeeded: AddressNeeded = { __typename: 'AddressNeeded' }

function nameIn(email: string): string {
  return email.split('@', 1)[0]?.slice(0, 80) ?? email
}
