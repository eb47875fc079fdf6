import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { sessionRevoked } from '@gravity/shared/events/contracts/auth'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { rememberedOf } from '@gravity/shared/viewer/remembered-client'
import type { SessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { AuthConfig } from '../config.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { Client } from './client.ts'
import {
  hashRefreshToken,
  newRefreshToken,
  newSuccessorSalt,
  successorOf,
} from './refresh-token.ts'
import type { AuthenticationMethod, RevocationReason, SessionRow } from './session.entity.ts'
import type { EndedSession, FoundRefreshToken } from './session.repository.ts'
import { dayMs, type OpenSession, type TokenIssuer } from './token-issuer.ts'

export interface SessionServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly tokens: TokenIssuer
  readonly denyList: SessionDenyList
  readonly config: Pick<AuthConfig, 'accessTokenSeconds' | 'refreshGraceSeconds' | 'sessionDays'>
  readonly clock: { now(): Date; newId(): string }
}

/** Where somebody signs in, and how they have just proved who they are. */
export interface SignInFacts {
  readonly client: Client
  readonly methods: readonly AuthenticationMethod[]
}

export interface InvalidRefreshToken {
  readonly __typename: 'InvalidRefreshToken'
  readonly code: 'INVALID_REFRESH_TOKEN'
  readonly message: string
}

/** Where somebody is signed in; the GraphQL type `SignedInSession`. */
export interface ListedSession
  extends Pick<SessionRow, 'id' | 'userAgent' | 'createdAt' | 'lastUsedAt' | 'expiresAt'> {
  readonly network: string | null
  readonly isCurrent: boolean
  /** The administrator who acts as the person in it. */
  readonly impersonatorId: string | null
}

export interface LoggedOut {
  readonly __typename: 'LoggedOut'
  readonly sessionId: string
}

export class SessionService {
  readonly #deps: SessionServiceDeps

  constructor(deps: SessionServiceDeps) {
    this.#deps = deps
  }

  /** Opens a session for an account whose owner has just proved who they are, within the caller's transaction. */
  async open(
    store: AuthStore,
    accountId: string,
    { client, methods }: SignInFacts,
  ): Promise<OpenSession> {
    const { clock, config, tokens } = this.#deps
    const now = clock.now()
    const session: SessionRow = {
      id: clock.newId(),
      accountId,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + config.sessionDays * dayMs),
      revokedAt: null,
      revokedReason: null,
      ...rememberedOf(client),
      methods: [...methods],
      provedAt: now,
      clientId: null,
      clientScopes: null,
    }
    await store.sessions.insert(session)
    return tokens.issue(store, session, newRefreshToken())
  }

  /**
   * Spends a refresh token: of calls that overlap one rotates, and no family ever forks. The others, and a client that lost
   * the answer, get the same successor while it is unused and the token was spent a moment ago. A token that was spent
   * earlier may have been stolen: its session ends, and no other. A program's token is good for that program only, which
   * may ask for fewer scopes.
   */
  async refresh(
    refreshToken: string,
    program?: { readonly clientId: string; readonly scopes?: readonly string[] },
  ): Promise<OpenSession | InvalidRefreshToken> {
    const { clock, database, tokens } = this.#deps
    const hash = hashRefreshToken(refreshToken)
    const found = await database.reads.sessions.refreshToken(hash)
    if (!found || found.clientId !== (program?.clientId ?? null)) return invalidRefreshToken()
    if (!found.rotatedAt) {
      const salt = newSuccessorSalt()
      const renewed = await database.transaction(async (store) => {
        const session = await store.sessions.rotate(hash, salt, clock.now())
        const narrowed = session && narrow(session, program?.scopes)
        return narrowed && tokens.issue(store, narrowed, successorOf(refreshToken, salt))
      })
      if (renewed) return renewed
    }
    const spent = found.rotatedAt ? found : await database.reads.sessions.refreshToken(hash)
    if (!spent?.rotatedAt) return invalidRefreshToken()
    const again = await this.#successorAgain(refreshToken, spent, program?.scopes)
    if (again) return again
    // Only what was spent before this call began is a reuse: a call that overlapped the winner does no harm.
    if (found.rotatedAt) await this.revoke(found.sessionId, 'refresh-token-reuse')
    return invalidRefreshToken()
  }

  async logout(viewer: Viewer): Promise<LoggedOut> {
    await this.revoke(viewer.sessionId, 'logout')
    return { __typename: 'LoggedOut', sessionId: viewer.sessionId }
  }

  /** Where the viewer is signed in. */
  async listOf(viewer: Viewer): Promise<ListedSession[]> {
    const { clock, database } = this.#deps
    const open = await database.reads.sessions.openOf(viewer.userId, clock.now())
    const impersonators = await database.reads.impersonations.impersonatorsOf(
      open.map(({ id }) => id),
    )
    return open.map(({ clientNetwork: network, ...session }) => ({
      ...session,
      network,
      isCurrent: session.id === viewer.sessionId,
      impersonatorId: impersonators.get(session.id) ?? null,
    }))
  }

  /** Ends one of the viewer's own sessions; NOT_FOUND for any other. */
  async end(viewer: Viewer, sessionId: string) {
    const owner = isUuid(sessionId)
      ? await this.#deps.database.reads.sessions.ownerOf(sessionId)
      : undefined
    if (owner !== viewer.userId) {
      throw new GravityError('NOT_FOUND', 'You have no session with this id.')
    }
    await this.revoke(sessionId, 'logout')
    return { __typename: 'SessionEnded', sessionId } as const
  }

  /** Ends the viewer's sessions, the present one included or not. */
  async endAll(viewer: Viewer, { includeCurrent }: { readonly includeCurrent: boolean }) {
    const except = includeCurrent ? null : viewer.sessionId
    const ended = await this.#deps.database.transaction((store) =>
      this.revokeAll(store, viewer.userId, { reason: 'logout', except }),
    )
    await this.denyAll(ended)
    return { __typename: 'SessionsEnded', count: ended.length } as const
  }

  /** Ends a session: its tokens are refused and its sockets close. Ending it twice is no error. */
  async revoke(sessionId: string, reason: RevocationReason): Promise<void> {
    const { clock, database } = this.#deps
    const ended = await database.transaction(async (store) => {
      const revoked = await store.sessions.revoke(sessionId, reason, clock.now())
      return this.#announce(store, revoked, reason)
    })
    // At once for the caller; the event does the same again should this process die here.
    await this.denyAll([...new Set([sessionId, ...ended])])
  }

  /** Ends an account's sessions within the caller's transaction; call `denyAll` with the result after it. */
  async revokeAll(
    store: AuthStore,
    accountId: string,
    { reason, except }: { readonly reason: RevocationReason; readonly except: string | null },
  ): Promise<string[]> {
    const now = this.#deps.clock.now()
    const ended = await store.sessions.revokeAll(accountId, reason, { except, now })
    return this.#announce(store, ended, reason)
  }

  /** Ends these sessions within the caller's transaction; call `denyAll` with the result after it. */
  async revokeEach(
    store: AuthStore,
    sessionIds: readonly string[],
    reason: RevocationReason,
  ): Promise<string[]> {
    const now = this.#deps.clock.now()
    const ended: string[] = []
    for (const id of sessionIds) {
      ended.push(
        ...(await this.#announce(store, await store.sessions.revoke(id, reason, now), reason)),
      )
    }
    return ended
  }

  async denyAll(sessionIds: readonly string[]): Promise<void> {
    for (const id of sessionIds) await this.deny(id)
  }

  /** Refuses the access tokens of a session for as long as the youngest of them can live. */
  async deny(sessionId: string): Promise<void> {
    await this.#deps.denyList.deny(sessionId, this.#deps.config.accessTokenSeconds)
  }

  /** Refuses again what was refused before this process (and perhaps its memory) went away. */
  async restoreDenials(): Promise<void> {
    const { clock, config, database } = this.#deps
    const since = new Date(clock.now().getTime() - config.accessTokenSeconds * 1_000)
    for (const { id } of await database.reads.sessions.revokedSince(since)) await this.deny(id)
  }

  /** Forgets sessions, and what waited for a mail to be answered, that ended more than a month ago. */
  removeEnded(): Promise<number> {
    const now = this.#deps.clock.now()
    const before = new Date(now.getTime() - 30 * dayMs)
    return this.#deps.database.transaction(async (store) => {
      await store.challenges.removeEndedBefore(now)
      await store.mailLinks.removeEndedBefore(before)
      await store.grants.removeEndedBefore(before)
      await store.passkeys.removeEndedBefore(before)
      await store.secondFactors.removeUnconfirmedBefore(before)
      return store.sessions.removeEndedBefore(before)
    })
  }

  /** Tells of ended sessions, and writes the end of an impersonation into the audit log. Returns their ids. */
  async #announce(
    store: AuthStore,
    ended: readonly EndedSession[],
    reason: RevocationReason,
  ): Promise<string[]> {
    const { clock } = this.#deps
    for (const { id, accountId, impersonatorId } of ended) {
      const payload = { sessionId: id, userId: accountId, reason }
      await store.outbox.add(sessionRevoked, { aggregateId: id, aggregateVersion: 2, payload })
      if (impersonatorId === null) continue
      await store.administration.record({
        id: clock.newId(),
        occurredAt: clock.now(),
        actorId: impersonatorId,
        accountId,
        action: 'impersonation-ended',
        detail: reason,
      })
    }
    return ended.map(({ id }) => id)
  }

  /** The successor of a token that was spent a moment ago, unless it has been used or its session has ended. */
  #successorAgain(
    refreshToken: string,
    spent: FoundRefreshToken,
    scopes: readonly string[] | undefined,
  ): Promise<OpenSession | undefined> {
    const { clock, config, database, tokens } = this.#deps
    const { rotatedAt, successorSalt } = spent
    const now = clock.now()
    return database.transaction(async (store) => {
      if (!rotatedAt || !successorSalt) return undefined
      const age = now.getTime() - rotatedAt.getTime()
      if (age >= config.refreshGraceSeconds * 1_000) return undefined
      const successor = successorOf(refreshToken, successorSalt)
      const held = await store.sessions.holding(hashRefreshToken(successor), now)
      if (!held) return undefined
      const { session, expiresAt } = held
      return tokens.open(store, narrow(session, scopes), { refreshToken: successor, expiresAt })
    })
  }
}

/** The session of a program with those of its scopes that it asks for. */
function narrow(session: SessionRow, scopes: readonly string[] | undefined): SessionRow {
  const { clientScopes } = session
  if (!clientScopes || !scopes) return session
  return { ...session, clientScopes: clientScopes.filter((scope) => scopes.includes(scope)) }
}

function invalidRefreshToken(): InvalidRefreshToken {
  return {
    __typename: 'InvalidRefreshToken',
    code: 'INVALID_REFRESH_TOKEN',
    message: 'This session has ended or its refresh token was used before. Sign in again.',
  }
}
