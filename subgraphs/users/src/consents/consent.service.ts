import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { type PageArguments, readPage, toConnection } from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import type { RememberedClient } from '@gravity/shared/viewer/remembered-client'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import { assertInPerson } from '../personal/in-person.ts'
import { subjectOf } from '../personal/subject.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import type { ConsentRow } from './consent.repository.ts'

export interface ConsentServiceDeps {
  readonly database: Database<UsersStore, UsersReads>
  readonly clock: { now(): Date; newId(): string }
}

export interface NeverGiven {
  readonly __typename: 'ConsentNeverGiven'
  readonly code: 'CONSENT_NEVER_GIVEN'
  readonly message: string
}

const mostDocuments = 100
const consentCursor = defineCursor('consents-by-id', z.tuple([z.guid()]))

/** What people have agreed to. Nothing is ever changed, only added. */
export class ConsentService {
  readonly #deps: ConsentServiceDeps

  constructor(deps: ConsentServiceDeps) {
    this.#deps = deps
  }

  /** The latest record about each document. */
  async current(viewer: Viewer, userId: string | null | undefined): Promise<ConsentRow[]> {
    const subject = subjectOf(viewer, userId)
    return isUuid(subject) ? this.#deps.database.reads.consents.current(subject) : []
  }

  async history(
    viewer: Viewer,
    { userId, ...args }: PageArguments & { readonly userId?: string | null | undefined },
  ) {
    const subject = subjectOf(viewer, userId)
    const page = readPage(args, { cursor: consentCursor })
    const { consents } = this.#deps.database.reads
    const rows = isUuid(subject) ? await consents.history(subject, page) : []
    return toConnection(rows, page, ({ id }) => [id] as const)
  }

  /** Giving what is given already records nothing. */
  async give(
    viewer: Viewer,
    input: { readonly document: string; readonly version: string },
    client: RememberedClient,
  ): Promise<ConsentRow | InvalidInput> {
    assertInPerson(viewer)
    const document = input.document.trim()
    const version = input.version.trim()
    if (!/^[a-z][a-z0-9-]{0,49}$/.test(document)) {
      return invalidInput('document', 'A document is named by a–z, 0–9 and -, such as terms.')
    }
    if (version === '' || [...version].length > 50) {
      return invalidInput('version', 'A version has 1 to 50 characters.')
    }
    return this.#deps.database.transaction(async (store) => {
      const present = await this.#lockedPresent(store, viewer)
      const before = present.find((row) => row.document === document)
      if (before?.isGiven && before.version === version) return before
      if (!before && present.length >= mostDocuments) {
        return invalidInput('document', `At most ${mostDocuments} documents.`)
      }
      return this.#record(store, viewer, { document, version, isGiven: true, ...client })
    })
  }

  /** Withdrawing what is withdrawn already records nothing. */
  async withdraw(
    viewer: Viewer,
    document: string,
    client: RememberedClient,
  ): Promise<ConsentRow | NeverGiven> {
    assertInPerson(viewer)
    return this.#deps.database.transaction(async (store) => {
      const present = await this.#lockedPresent(store, viewer)
      const before = present.find((row) => row.document === document.trim())
      if (!before) return neverGiven
      if (!before.isGiven) return before
      const { version } = before
      return this.#record(store, viewer, {
        document: before.document,
        version,
        isGiven: false,
        ...client,
      })
    })
  }

  async #lockedPresent(store: UsersStore, viewer: Viewer): Promise<ConsentRow[]> {
    await store.consents.lock(viewer.userId)
    return store.consents.current(viewer.userId)
  }

  async #record(
    store: UsersStore,
    { userId }: Viewer,
    record: Omit<ConsentRow, 'id' | 'userId' | 'recordedAt'>,
  ): Promise<ConsentRow> {
    const { clock } = this.#deps
    const row = { ...record, id: clock.newId(), userId, recordedAt: clock.now() }
    await store.consents.insert(row)
    return row
  }
}

const neverGiven: NeverGiven = {
  __typename: 'ConsentNeverGiven',
  code: 'CONSENT_NEVER_GIVEN',
  message: 'You have not agreed to this document.',
}
