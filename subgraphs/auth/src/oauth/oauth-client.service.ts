import { randomBytes } from 'node:crypto'
import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { type PageArguments, readPage, toConnection } from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import { displayNameRule, parseDisplayName } from '@gravity/shared/people/display-name'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import { insertAccount } from '../accounts/account.service.ts'
import type { PasswordHashing } from '../passwords/password-hashing.ts'
import { hashSecretToken, newSecretToken } from '../secrets/secret-token.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { OAuthClientKind, OAuthClientRow } from './oauth-client.repository.ts'
import { redirectUriFault } from './redirect-uri.ts'
import { scopesWithin } from './scopes.ts'

export interface OAuthClientServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly sessions: SessionService
  readonly passwords: PasswordHashing
  readonly clock: { now(): Date; newId(): string }
}

export interface OAuthClientInput {
  readonly name: string
  readonly kind: OAuthClientKind
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  readonly allowsPassword: boolean
}

/** A client with the secret that nobody can read again; a public client has none. */
export interface OAuthClientRegistered {
  readonly __typename: 'OAuthClientRegistered'
  readonly client: OAuthClientRow
  readonly secret: string | null
}

const clientCursor = defineCursor('oauth-clients-by-id', z.tuple([z.guid()]))
const mostRedirectUris = 20

/** The programs that may ask for tokens: registered, given new secrets and removed by administrators. */
export class OAuthClientService {
  readonly #deps: OAuthClientServiceDeps

  constructor(deps: OAuthClientServiceDeps) {
    this.#deps = deps
  }

  async list(viewer: Viewer, args: PageArguments) {
    assertManages(viewer)
    const page = readPage(args, { cursor: clientCursor })
    const rows = await this.#deps.database.reads.oauthClients.list(page)
    return toConnection(rows, page, ({ id }) => [id] as const)
  }

  async register(
    viewer: Viewer,
    input: OAuthClientInput,
  ): Promise<OAuthClientRegistered | InvalidInput> {
    assertManages(viewer)
    const { clock, database } = this.#deps
    const name = parseDisplayName(input.name)
    if (!name) return invalidInput('name', displayNameRule)
    const fault = redirectFault(input) ?? (await this.#scopeFault(input))
    if (fault) return fault
    const isService = input.kind === 'service'
    const client: OAuthClientRow = {
      id: clock.newId(),
      name,
      kind: input.kind,
      redirectUris: input.redirectUris,
      scopes: input.scopes,
      allowsPassword: input.allowsPassword && !isService,
      serviceAccountId: isService ? clock.newId() : null,
      createdAt: clock.now(),
    }
    const secret = input.kind === 'public' ? null : newSecretToken()
    // Nobody knows this password, so nobody signs in to a service's account.
    const passwordHash = isService
      ? await this.#deps.passwords.hash(randomBytes(32).toString('base64url'))
      : ''
    await database.transaction(async (store) => {
      if (client.serviceAccountId) {
        await insertAccount(store, serviceAccount(client, client.serviceAccountId, passwordHash))
      }
      const secretHash = secret === null ? null : hashSecretToken(secret)
      await store.oauthClients.insert({ ...client, secretHash })
      await this.#record(store, viewer, { action: 'oauth-client-registered', client })
    })
    return { __typename: 'OAuthClientRegistered', client, secret }
  }

  /** The earlier secret and, for a service, the tokens that were given for it are refused at once. */
  async rotateSecret(
    viewer: Viewer,
    clientId: string,
  ): Promise<OAuthClientRegistered | InvalidInput> {
    assertManages(viewer)
    const { database, sessions } = this.#deps
    const client = await this.#existing(clientId)
    if (client.kind === 'public') return invalidInput('clientId', 'A public client has no secret.')
    const secret = newSecretToken()
    const ended = await database.transaction(async (store) => {
      if (!(await store.oauthClients.replaceSecret(client.id, hashSecretToken(secret)))) {
        throw unknownClient()
      }
      await this.#record(store, viewer, { action: 'oauth-client-secret-rotated', client })
      if (client.kind !== 'service') return []
      const open = await store.grants.openSessionsOf(client.id, null)
      return sessions.revokeEach(store, open, 'administrator')
    })
    await sessions.denyAll(ended)
    return { __typename: 'OAuthClientRegistered', client, secret }
  }

  /** Ends everything that people have let it do. Removing it again is no error. */
  async remove(viewer: Viewer, clientId: string) {
    assertManages(viewer)
    const { clock, database, sessions } = this.#deps
    const removed = { __typename: 'OAuthClientRemoved', clientId } as const
    const client = isUuid(clientId) ? await database.reads.oauthClients.byId(clientId) : undefined
    if (!client) return removed
    const now = clock.now()
    const ended = await database.transaction(async (store) => {
      if (!(await store.oauthClients.remove(client.id, now))) return []
      const account = client.serviceAccountId
      if (account) await store.administration.suspend(account, 'its client was removed', now)
      await this.#record(store, viewer, { action: 'oauth-client-removed', client })
      const open = await store.grants.openSessionsOf(client.id, null)
      const ended = await sessions.revokeEach(store, open, 'administrator')
      if (!account) return ended
      const facts = { reason: 'administrator', except: null } as const
      return [...ended, ...(await sessions.revokeAll(store, account, facts))]
    })
    await sessions.denyAll(ended)
    return removed
  }

  async #existing(clientId: string): Promise<OAuthClientRow> {
    const { oauthClients } = this.#deps.database.reads
    const client = isUuid(clientId) ? await oauthClients.byId(clientId) : undefined
    if (!client) throw unknownClient()
    return client
  }

  async #scopeFault({ kind, scopes }: OAuthClientInput): Promise<InvalidInput | undefined> {
    if (scopes.length === 0) return invalidInput('scopes', 'A client needs at least one scope.')
    const known = await this.#deps.database.reads.grants.knownScopes()
    const unknown = scopes.find((scope) => !known.includes(scope))
    if (unknown) return invalidInput('scopes', `There is no scope ${unknown.slice(0, 100)}.`)
    if (scopesWithin(scopes, scopes).length < scopes.length) {
      return invalidInput('scopes', 'Name each scope once.')
    }
    const isForPeople = scopes.some((scope) => !scope.includes(':'))
    return kind === 'service' && isForPeople
      ? invalidInput('scopes', 'openid, email and offline_access are for people, not for services.')
      : undefined
  }

  #record(
    store: AuthStore,
    viewer: Viewer,
    {
      action,
      client,
    }: {
      readonly action:
        | 'oauth-client-registered'
        | 'oauth-client-secret-rotated'
        | 'oauth-client-removed'
      readonly client: OAuthClientRow
    },
  ): Promise<void> {
    const { clock } = this.#deps
    return store.administration.record({
      id: clock.newId(),
      occurredAt: clock.now(),
      actorId: viewer.userId,
      accountId: client.serviceAccountId ?? viewer.userId,
      action,
      detail: `${client.name} (${client.id})`,
    })
  }
}

function redirectFault({ kind, redirectUris }: OAuthClientInput): InvalidInput | undefined {
  if (kind === 'service') {
    return redirectUris.length === 0
      ? undefined
      : invalidInput('redirectUris', 'A service sends no browser anywhere.')
  }
  if (redirectUris.length === 0 || redirectUris.length > mostRedirectUris) {
    return invalidInput('redirectUris', `Name 1 to ${mostRedirectUris} addresses.`)
  }
  const fault = redirectUris.map(redirectUriFault).find((found) => found !== undefined)
  return fault === undefined ? undefined : invalidInput('redirectUris', fault)
}

/** Its address can never be one that receives mail (RFC 2606, section 2). */
function serviceAccount(client: OAuthClientRow, id: string, passwordHash: string) {
  return {
    id,
    email: `${client.id}@services.invalid`,
    displayName: client.name,
    passwordHash,
    createdAt: client.createdAt,
    emailVerifiedAt: null,
    role: 'customer',
  }
}

function assertManages(viewer: Viewer): void {
  if (!viewer.scopes.includes('auth:manage')) {
    throw new GravityError('FORBIDDEN', 'This needs the permission auth:manage.')
  }
}

function unknownClient(): GravityError {
  return new GravityError('NOT_FOUND', 'There is no client with this id.')
}
