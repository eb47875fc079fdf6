import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { AuthConfig } from '../config.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { signAccessToken } from '../sessions/access-token.ts'
import type { SessionRow } from '../sessions/session.entity.ts'
import type { SessionService } from '../sessions/session.service.ts'
import { assertThemselves } from '../step-up/assert-themselves.ts'
import type { ProofRequirement, StepUpRequired } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import { type AccountChanges, assertScope, parseReason } from './account-changes.ts'

export interface ImpersonationServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly changes: AccountChanges
  readonly requirement: ProofRequirement
  readonly sessions: SessionService
  readonly keys: KeyRing
  readonly config: Pick<AuthConfig, 'accessTokenSeconds'>
  readonly clock: { now(): Date; newId(): string }
}

/** A session as somebody else; the GraphQL type `Impersonation`. */
export interface OpenImpersonation {
  readonly __typename: 'Impersonation'
  readonly userId: string
  readonly accessToken: string
  readonly accessTokenExpiresAt: Date
}

export interface NotToBeImpersonated {
  readonly __typename: 'NotToBeImpersonated'
  readonly code: 'NOT_TO_BE_IMPERSONATED'
  readonly message: string
}

export interface EndedImpersonation {
  readonly __typename: 'ImpersonationEnded'
  readonly userId: string
}

export interface NotImpersonating {
  readonly __typename: 'NotImpersonating'
  readonly code: 'NOT_IMPERSONATING'
  readonly message: string
}

/** It cannot be renewed, and never outlives an ordinary access token, for so long ended sessions are refused. */
const longestSeconds = 15 * 60
/** Whoever has one of these could give themselves more rights through somebody else. */
const administering = ['auth:manage', 'auth:impersonate']

/** Lets an administrator act as somebody else for a few minutes, to see what they see. */
export class ImpersonationService {
  readonly #deps: ImpersonationServiceDeps

  constructor(deps: ImpersonationServiceDeps) {
    this.#deps = deps
  }

  async begin(
    viewer: Viewer,
    input: { readonly userId: string; readonly reason: string },
  ): Promise<OpenImpersonation | StepUpRequired | NotToBeImpersonated | InvalidInput> {
    assertScope(viewer, 'auth:impersonate')
    assertThemselves(viewer)
    const { changes, database, requirement } = this.#deps
    const reason = parseReason(input.reason)
    if (typeof reason !== 'string') return reason
    const demand = await requirement.recentWhereProtected(viewer)
    if (demand) return demand
    const { id: accountId } = await changes.existing(input.userId)
    return database.transaction(async (store) => {
      const refusal = await this.#refusal(store, viewer, accountId)
      if (refusal !== undefined) return notToBeImpersonated(refusal)
      const session = this.#newSession(accountId)
      await store.sessions.insert(session)
      await store.impersonations.insert({
        sessionId: session.id,
        impersonatorId: viewer.userId,
        impersonatorSessionId: viewer.sessionId,
      })
      const action = 'impersonation-started'
      await changes.record(store, { viewer, accountId, action, detail: reason })
      return this.#opened(store, session, viewer.userId)
    })
  }

  /** Ends the impersonation that the viewer is in. */
  async end(viewer: Viewer): Promise<EndedImpersonation | NotImpersonating> {
    if (viewer.impersonatedBy === undefined) return notImpersonating()
    await this.#deps.sessions.revoke(viewer.sessionId, 'impersonation-ended')
    return { __typename: 'ImpersonationEnded', userId: viewer.userId }
  }

  /** Writes down the end of those whose time is over. Returns how many. */
  async endOverdue(): Promise<number> {
    const { clock, database, sessions } = this.#deps
    const overdue = await database.reads.impersonations.overdue(clock.now())
    for (const id of overdue) await sessions.revoke(id, 'expired')
    return overdue.length
  }

  /** Why the viewer may not act as this person; undefined when they may. */
  async #refusal(store: AuthStore, viewer: Viewer, accountId: string): Promise<string | undefined> {
    // A suspension of either waits until this is done, and then ends it too.
    if (!(await store.accounts.mayEnter(viewer.userId))) return 'Your own account is suspended.'
    if (!(await store.accounts.mayEnter(accountId))) return 'The account is suspended.'
    const { scopes } = await store.accounts.permissionsOf(accountId)
    if (scopes.some((scope) => administering.includes(scope))) {
      return 'Nobody acts as somebody who may administer accounts.'
    }
    const isCovered = scopes.every((scope) => viewer.scopes.includes(scope))
    return isCovered ? undefined : 'The person may do what you may not.'
  }

  #newSession(accountId: string): SessionRow {
    const { clock, config } = this.#deps
    const now = clock.now()
    const seconds = Math.min(longestSeconds, config.accessTokenSeconds)
    return {
      id: clock.newId(),
      accountId,
      createdAt: now,
      lastUsedAt: now,
      // Tokens tell time in whole seconds (RFC 7519, NumericDate).
      expiresAt: new Date((Math.floor(now.getTime() / 1_000) + seconds) * 1_000),
      revokedAt: null,
      revokedReason: null,
      userAgent: null,
      clientNetwork: null,
      methods: [],
      provedAt: now,
      clientId: null,
      clientScopes: null,
    }
  }

  async #opened(
    store: AuthStore,
    session: SessionRow,
    actorId: string,
  ): Promise<OpenImpersonation> {
    const { clock, keys } = this.#deps
    const { accountId: userId, expiresAt } = session
    const accessToken = await signAccessToken(keys.signingKey(), {
      userId,
      sessionId: session.id,
      ...(await store.accounts.permissionsOf(userId)),
      methods: session.methods,
      provedAt: session.provedAt,
      actorId,
      issuedAt: clock.now(),
      expiresAt,
      tokenId: clock.newId(),
    })
    return { __typename: 'Impersonation', userId, accessToken, accessTokenExpiresAt: expiresAt }
  }
}

function notToBeImpersonated(message: string): NotToBeImpersonated {
  return { __typename: 'NotToBeImpersonated', code: 'NOT_TO_BE_IMPERSONATED', message }
}

function notImpersonating(): NotImpersonating {
  return {
    __typename: 'NotImpersonating',
    code: 'NOT_IMPERSONATING',
    message: 'You are signed in as yourself.',
  }
}
