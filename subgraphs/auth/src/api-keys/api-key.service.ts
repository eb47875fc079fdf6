import { randomInt } from 'node:crypto'
import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { displayNameRule, parseDisplayName } from '@gravity/shared/people/display-name'
import { apiKeyOf, isWellFormedApiKey, visiblePartOf } from '@gravity/shared/viewer/api-key'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { DelegatedSessions } from '../oauth/delegated-sessions.ts'
import { scopesWithin } from '../oauth/scopes.ts'
import { hashSecretToken, newSecretToken } from '../secrets/secret-token.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { ProofRequirement } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { ApiKeyRow } from './api-key.repository.ts'

export interface ApiKeyServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly sessions: SessionService
  readonly delegatedSessions: DelegatedSessions
  readonly requirement: ProofRequirement
  readonly clock: { now(): Date; newId(): string }
}

export interface ApiKeyInput {
  readonly name: string
  readonly scopes: readonly string[]
  readonly expiresAt?: Date | null
  /** The service that is to own it, in place of the viewer. */
  readonly clientId?: string | null
}

/** Who a key stands for now. */
export interface KeyHolder {
  readonly userId: string
  readonly sessionId: string
  readonly scopes: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly clientId: string
}

const mostKeys = 50
const visibleLetters = 'abcdefghijkmnpqrstuvwxyz23456789'

/** Keys by which programs act for their owner without signing in. */
export class ApiKeyService {
  readonly #deps: ApiKeyServiceDeps

  constructor(deps: ApiKeyServiceDeps) {
    this.#deps = deps
  }

  async listOf(viewer: Viewer, clientId: string | null): Promise<readonly ApiKeyRow[]> {
    const owner = await this.#ownerOf(viewer, clientId)
    return this.#deps.database.reads.apiKeys.listOf(owner)
  }

  async create(viewer: Viewer, input: ApiKeyInput) {
    const { clock, database } = this.#deps
    const required = await this.#deps.requirement.recent(viewer)
    if (required) return required
    const name = parseDisplayName(input.name)
    if (!name) return invalidInput('name', displayNameRule)
    const expiresAt = input.expiresAt ?? null
    if (expiresAt && expiresAt <= clock.now()) {
      return invalidInput('expiresAt', 'This time is over already.')
    }
    const accountId = await this.#ownerOf(viewer, input.clientId ?? null)
    const fault = await this.#scopeFault(accountId, input.scopes)
    if (fault) return fault
    const visible = newVisiblePart()
    const key = apiKeyOf(visible, newSecretToken())
    const apiKey: ApiKeyRow = {
      id: clock.newId(),
      accountId,
      name,
      visiblePart: visiblePartOf(visible),
      scopes: input.scopes,
      createdAt: clock.now(),
      expiresAt,
      lastUsedAt: null,
    }
    const isKept = await database.transaction(async (store) => {
      const isInserted = await store.apiKeys.insert(apiKey, hashSecretToken(key), mostKeys)
      if (isInserted) await this.#record(store, viewer, { action: 'api-key-created', apiKey })
      return isInserted
    })
    return isKept
      ? ({ __typename: 'ApiKeyCreated', apiKey, key } as const)
      : invalidInput('name', `There are ${mostKeys} keys already. Revoke one first.`)
  }

  /** At once, for requests and sockets. Revoking it again is no error. */
  async revoke(viewer: Viewer, apiKeyId: string) {
    const { clock, database, sessions } = this.#deps
    const revoked = { __typename: 'ApiKeyRevoked', apiKeyId } as const
    const key = isUuid(apiKeyId) ? await database.reads.apiKeys.byId(apiKeyId) : undefined
    const isTheirs = key?.accountId === viewer.userId || viewer.scopes.includes('auth:manage')
    if (!key || !isTheirs) return revoked
    const ended = await database.transaction(async (store) => {
      const found = await store.apiKeys.revoke(key.id, clock.now())
      if (!found) return []
      await this.#record(store, viewer, { action: 'api-key-revoked', apiKey: key })
      return found.sessionId ? sessions.revokeEach(store, [found.sessionId], 'logout') : []
    })
    await sessions.denyAll(ended)
    return revoked
  }

  /**
   * Who a key stands for; undefined when it is none. It has a session as a person has one, so that whatever ends the
   * sessions of its owner reaches its sockets and the routers that remember it; it then goes on with another one.
   */
  async holderOf(key: string): Promise<KeyHolder | undefined> {
    if (!isWellFormedApiKey(key)) return undefined
    const { clock, database, delegatedSessions } = this.#deps
    const now = clock.now()
    return database.transaction(async (store) => {
      const found = await store.apiKeys.lockUsable(hashSecretToken(key), now)
      if (!found || !(await store.accounts.mayEnter(found.accountId))) return undefined
      const present = found.sessionId && (await store.sessions.openOne(found.sessionId, now))
      const session =
        present ||
        (await delegatedSessions.open(store, {
          accountId: found.accountId,
          clientId: null,
          scopes: [],
          methods: [],
          provedAt: now,
          client: { address: null, userAgent: null },
        }))
      if (!present) await store.apiKeys.setSession(found.id, session.id)
      await store.apiKeys.markUsed(found.id, now)
      const ends = Math.min(session.expiresAt.getTime(), found.expiresAt?.getTime() ?? Infinity)
      return {
        userId: found.accountId,
        sessionId: session.id,
        scopes: scopesWithin(found.scopes, await store.grants.grantableScopes(found.accountId)),
        expiresAt: Math.floor(ends / 1_000),
        clientId: found.id,
      }
    })
  }

  async #scopeFault(
    accountId: string,
    scopes: readonly string[],
  ): Promise<InvalidInput | undefined> {
    if (scopes.length === 0) return invalidInput('scopes', 'A key needs at least one scope.')
    const grantable = await this.#deps.database.reads.grants.grantableScopes(accountId)
    const foreign = scopes.find((scope) => !grantable.includes(scope) || !scope.includes(':'))
    return foreign === undefined
      ? undefined
      : invalidInput('scopes', `The owner cannot give ${foreign.slice(0, 100)} to a key.`)
  }

  #record(
    store: AuthStore,
    viewer: Viewer,
    {
      action,
      apiKey,
    }: { readonly action: 'api-key-created' | 'api-key-revoked'; readonly apiKey: ApiKeyRow },
  ): Promise<void> {
    const { clock } = this.#deps
    return store.administration.record({
      id: clock.newId(),
      occurredAt: clock.now(),
      actorId: viewer.userId,
      accountId: apiKey.accountId,
      action,
      detail: apiKey.visiblePart,
    })
  }

  /** The viewer, or the account of a service for those who manage accounts. */
  async #ownerOf(viewer: Viewer, clientId: string | null): Promise<string> {
    if (clientId === null) return viewer.userId
    if (!viewer.scopes.includes('auth:manage')) {
      throw new GravityError('FORBIDDEN', 'This needs the permission auth:manage.')
    }
    const client = isUuid(clientId)
      ? await this.#deps.database.reads.oauthClients.byId(clientId)
      : undefined
    if (!client?.serviceAccountId) {
      throw new GravityError('NOT_FOUND', 'There is no service with this id.')
    }
    return client.serviceAccountId
  }
}

function newVisiblePart(): string {
  return Array.from({ length: 8 }, () =>
    visibleLetters.charAt(randomInt(visibleLetters.length)),
  ).join('')
}
