import type { Database } from '@gravity/shared/database/open-database'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { SessionService } from '../sessions/session.service.ts'
import type { AuthReads, AuthStore } from '../store.ts'

export interface ConnectedApplicationsDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly sessions: SessionService
}

/** The programs that a person has let in, for that person. */
export class ConnectedApplications {
  readonly #deps: ConnectedApplicationsDeps

  constructor(deps: ConnectedApplicationsDeps) {
    this.#deps = deps
  }

  listOf({ userId }: Viewer) {
    return this.#deps.database.reads.grants.applicationsOf(userId)
  }

  /** Ends what the program has been given, at once, and forgets that it was allowed. Doing so again is no error. */
  async disconnect({ userId }: Viewer, applicationId: string) {
    const { database, sessions } = this.#deps
    const disconnected = { __typename: 'ApplicationDisconnected', applicationId } as const
    if (!isUuid(applicationId)) return disconnected
    const ended = await database.transaction(async (store) => {
      await store.grants.withdrawConsent(userId, applicationId)
      const open = await store.grants.openSessionsOf(applicationId, userId)
      return sessions.revokeEach(store, open, 'logout')
    })
    await sessions.denyAll(ended)
    return disconnected
  }
}
