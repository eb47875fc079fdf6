import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Logger } from '@gravity/shared/log/logger'
import { type PageArguments, readPage, toConnection } from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import { assertScope } from '../personal/subject.ts'
import { announceProfile } from '../profiles/announce-profile.ts'
import { forgetProfile } from '../profiles/forget-profile.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import type {
  VerificationAction,
  VerificationRequestRow,
  VerificationStatus,
} from './verification.repository.ts'

export interface VerificationServiceDeps {
  readonly database: Database<UsersStore, UsersReads>
  readonly pubsub: PubSub
  readonly log: Logger
  readonly clock: { now(): Date; newId(): string }
}

export interface Decided {
  readonly __typename: 'VerificationDecided'
  readonly request: VerificationRequestRow
}

export interface AlreadyDecided {
  readonly __typename: 'AlreadyDecided'
  readonly code: 'ALREADY_DECIDED'
  readonly message: string
}

/** What staff need to decide who is verified. */
const verifyingScope = 'users:verify'
const longestText = 1_000

const requestCursor = defineCursor('verification-requests-by-id', z.tuple([z.guid()]))
const logCursor = defineCursor('verification-log-by-id', z.tuple([z.guid()]))

/** Who is known to be who they say they are. */
export class VerificationService {
  readonly #deps: VerificationServiceDeps

  constructor(deps: VerificationServiceDeps) {
    this.#deps = deps
  }

  latestOf(viewer: Viewer): Promise<VerificationRequestRow | undefined> {
    return this.#deps.database.reads.verification.latestOf(viewer.userId)
  }

  async requests(
    viewer: Viewer,
    { status, ...args }: PageArguments & { readonly status: VerificationStatus | null },
  ) {
    assertScope(viewer, verifyingScope)
    const page = readPage(args, { cursor: requestCursor })
    const rows = await this.#deps.database.reads.verification.requests(status, page)
    return toConnection(rows, page, ({ id }) => [id] as const)
  }

  async log(
    viewer: Viewer,
    { userId, ...args }: PageArguments & { readonly userId?: string | null | undefined },
  ) {
    assertScope(viewer, verifyingScope)
    const page = readPage(args, { cursor: logCursor })
    const isKnown = userId == null || isUuid(userId)
    const rows = isKnown
      ? await this.#deps.database.reads.verification.log(userId ?? null, page)
      : []
    return toConnection(rows, page, ({ id }) => [id] as const)
  }

  /** While a request is pending, asking again gives that one. */
  async request(viewer: Viewer, text: string): Promise<VerificationRequestRow | InvalidInput> {
    const reason = textOf(text)
    if (!reason) return invalidInput('reason', `A reason has 1 to ${longestText} characters.`)
    const { clock, database } = this.#deps
    const { userId } = viewer
    await database.transaction(async (store) => {
      if (!(await store.verification.exists(userId))) throw noSuchPerson()
      const wish = { id: clock.newId(), userId, reason, requestedAt: clock.now() }
      if (!(await store.verification.request(wish))) return
      await this.#record(store, { actorId: userId, userId, action: 'requested', note: null })
    })
    const latest = await database.reads.verification.latestOf(userId)
    if (!latest) throw noSuchPerson()
    return latest
  }

  /** The person takes their pending request back; does nothing when there is none. */
  async withdrawRequest(viewer: Viewer): Promise<VerificationRequestRow | null> {
    const { clock, database } = this.#deps
    const { userId } = viewer
    await database.transaction(async (store) => {
      const withdrawn = await store.verification.decide(
        { userId },
        { status: 'withdrawn', decidedBy: userId, decidedAt: clock.now(), note: null },
      )
      if (!withdrawn) return
      await this.#record(store, {
        actorId: userId,
        userId,
        action: 'request-withdrawn',
        note: null,
      })
    })
    return (await database.reads.verification.latestOf(userId)) ?? null
  }

  /** The same decision again changes nothing. */
  async decide(
    viewer: Viewer,
    input: {
      readonly requestId: string
      readonly accept: boolean
      readonly note?: string | null | undefined
    },
  ): Promise<Decided | AlreadyDecided | InvalidInput> {
    assertScope(viewer, verifyingScope)
    const note = noteOf(input.note)
    if (note === undefined) return tooLong
    const status = input.accept ? 'accepted' : 'declined'
    const { clock, database } = this.#deps
    const decision = { status, decidedBy: viewer.userId, decidedAt: clock.now(), note } as const
    const request = await database.transaction(async (store) => {
      const id = input.requestId
      const decided = isUuid(id) ? await store.verification.decide({ id }, decision) : undefined
      if (!decided) return isUuid(id) ? store.verification.byId(id) : undefined
      const { userId } = decided
      await this.#record(store, { actorId: viewer.userId, userId, action: status, note })
      if (input.accept) await setBadge(store, userId, decision.decidedAt)
      return decided
    })
    if (!request) throw new GravityError('NOT_FOUND', 'There is no request with this id.')
    if (request.status !== status) return alreadyDecided
    await forgetProfile(this.#deps, request.userId)
    return { __typename: 'VerificationDecided', request }
  }

  /** Taking the badge from somebody who has none changes nothing. */
  async withdrawBadge(
    viewer: Viewer,
    input: { readonly userId: string; readonly note?: string | null | undefined },
  ): Promise<{ readonly id: string } | InvalidInput> {
    assertScope(viewer, verifyingScope)
    const note = noteOf(input.note)
    if (note === undefined) return tooLong
    const userId = input.userId.toLowerCase()
    await this.#deps.database.transaction(async (store) => {
      if (!isUuid(userId) || !(await store.verification.exists(userId))) throw noSuchPerson()
      if (!(await setBadge(store, userId, null))) return
      const actorId = viewer.userId
      await this.#record(store, { actorId, userId, action: 'badge-withdrawn', note })
    })
    await forgetProfile(this.#deps, userId)
    return { id: userId }
  }

  #record(
    store: UsersStore,
    entry: {
      readonly actorId: string
      readonly userId: string
      readonly action: VerificationAction
      readonly note: string | null
    },
  ): Promise<void> {
    const { clock } = this.#deps
    return store.verification.record({ ...entry, id: clock.newId(), occurredAt: clock.now() })
  }
}

/** False when that changes nothing. */
async function setBadge(store: UsersStore, userId: string, at: Date | null): Promise<boolean> {
  const profile = await store.verification.setBadge(userId, at)
  if (!profile) return false
  await announceProfile(store, userId, profile)
  if (at) await store.activities.record({ actorId: userId, kind: 'VERIFIED', happenedAt: at })
  else await store.activities.retract(userId, 'VERIFIED')
  return true
}

/** Trimmed; null when it is empty or too long. */
function textOf(text: string): string | null {
  const trimmed = text.normalize('NFC').trim()
  return trimmed !== '' && [...trimmed].length <= longestText ? trimmed : null
}

/** Undefined when it is too long. */
function noteOf(note: string | null | undefined): string | null | undefined {
  if (!note?.trim()) return null
  return textOf(note) ?? undefined
}

const tooLong = invalidInput('note', `A note has at most ${longestText} characters.`)

const alreadyDecided: AlreadyDecided = {
  __typename: 'AlreadyDecided',
  code: 'ALREADY_DECIDED',
  message: 'This request was decided otherwise, or taken back.',
}

function noSuchPerson(): GravityError {
  return new GravityError('NOT_FOUND', 'There is no person with this id.')
}
