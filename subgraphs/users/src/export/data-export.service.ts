import type { Database } from '@gravity/shared/database/open-database'
import { exportReady, exportRequested } from '@gravity/shared/events/contracts/users'
import type { RateLimit, RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { UsersConfig } from '../config.ts'
import { daysAfter } from '../personal/day.ts'
import { assertInPerson, isInPerson } from '../personal/in-person.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import type { ArrivedPart, DataExportRow } from './data-export.repository.ts'
import type { DownloadTokens } from './download-token.ts'
import { ownSections } from './own-sections.ts'

export interface DataExportServiceDeps {
  readonly database: Database<UsersStore, UsersReads>
  readonly config: Pick<UsersConfig, 'exportDays' | 'publicUrl'>
  readonly tokens: DownloadTokens
  readonly rateLimits: RateLimits
  readonly clock: { now(): Date; newId(): string }
}

export interface ExportLimitReached {
  readonly __typename: 'ExportLimitReached'
  readonly code: 'EXPORT_LIMIT_REACHED'
  readonly message: string
  readonly retryAfterSeconds: number
}

/** Who is asked for parts. */
export const answeringServices = exportRequested.consumers
export const DOWNLOAD_PATH = '/account/export'

const perDay = 5
const downloadMs = 10 * 60 * 1_000
/** After how long a service that has not answered is asked again. */
const patienceMs = 60 * 60 * 1_000

/** Collects what all services keep about a person, for that person. */
export class DataExportService {
  readonly #deps: DataExportServiceDeps
  readonly #limit: RateLimit

  constructor(deps: DataExportServiceDeps) {
    this.#deps = deps
    this.#limit = deps.rateLimits.define({
      name: 'users.data-exports',
      points: perDay,
      windowSeconds: 24 * 60 * 60,
    })
  }

  latestOf(viewer: Viewer): Promise<DataExportRow | undefined> {
    const { clock, database } = this.#deps
    return database.reads.exported.latestOf(viewer.userId, clock.now())
  }

  /** While one is being collected, asking again gives that one. */
  async request(viewer: Viewer): Promise<DataExportRow | ExportLimitReached> {
    assertInPerson(viewer)
    const present = await this.latestOf(viewer)
    if (present?.status === 'collecting') return present
    const decision = await this.#limit.consume(viewer.userId)
    if (!decision.allowed) return limitReached(decision.retryAfterSeconds)
    const { clock, database } = this.#deps
    const now = clock.now()
    const row: DataExportRow = {
      id: clock.newId(),
      userId: viewer.userId,
      status: 'collecting',
      requestedAt: now,
      readyAt: null,
      expiresAt: null,
      attempt: 1,
      answered: [],
    }
    const isNew = await database.transaction(async (store) => {
      if (!(await store.exported.begin(row.id, row.userId, now))) return false
      await ask(store, row)
      return true
    })
    return isNew ? row : ((await this.latestOf(viewer)) ?? row)
  }

  /** Gives the parts of this service. Within the consumer's transaction. */
  async collectOwn(
    store: UsersStore,
    { attempt, exportId, userId }: { attempt: number; exportId: string; userId: string },
  ): Promise<void> {
    for await (const part of store.exports.parts(ownSections, userId)) {
      await this.keep(store, { ...part, exportId, attempt, service: 'users' })
    }
  }

  /** Keeps a part; the last one that was missing makes the export ready. Within the consumer's transaction. */
  async keep(store: UsersStore, part: ArrivedPart): Promise<void> {
    if (!(await store.exported.lockCollecting(part.exportId))) return
    await store.exported.keepPart(part)
    const row = await store.exported.lockCollecting(part.exportId)
    if (!row || !answeringServices.every((service) => row.answered.includes(service))) return
    const { clock, config } = this.#deps
    const now = clock.now()
    const expiresAt = daysAfter(now, config.exportDays)
    await store.exported.finish(row, { now, expiresAt })
    await store.outbox.add(exportReady, {
      aggregateId: row.id,
      aggregateVersion: row.attempt + 1,
      payload: { userId: row.userId, exportId: row.id, expiresAt: expiresAt.toISOString() },
    })
  }

  /** Asks again who has not answered, and removes what has expired; returns how many are overdue. */
  async advance(): Promise<number> {
    const { clock, database } = this.#deps
    const now = clock.now()
    return database.transaction(async (store) => {
      await store.exported.removeExpired(now)
      const before = new Date(now.getTime() - patienceMs)
      const overdue = await store.exported.askAgain(before, now)
      for (const row of overdue) await ask(store, row)
      return overdue.length
    })
  }

  /** An address that gives the export to whoever has it, for some minutes; null until it is ready, and for a program. */
  downloadUrl(viewer: Viewer, { id, status, userId }: DataExportRow): string | null {
    if (status !== 'ready' || userId !== viewer.userId || !isInPerson(viewer)) return null
    const { clock, config, tokens } = this.#deps
    const token = tokens.tokenOf(id, new Date(clock.now().getTime() + downloadMs))
    return `${config.publicUrl}${DOWNLOAD_PATH}?token=${token}`
  }

  /** The export as JSON, by service and section; undefined for a token that is not good, or not any more, or not this person's. */
  async download(token: string, viewer: Viewer | null): Promise<string | undefined> {
    const { clock, database, tokens } = this.#deps
    const now = clock.now()
    const id = tokens.read(token, now)
    const row = id === undefined ? undefined : await database.reads.exported.ready(id, now)
    if (!row || (viewer && viewer.userId !== row.userId)) return undefined
    const services: Record<string, Record<string, unknown[]>> = {}
    for (const { sections, service } of await database.reads.exported.partsOf(row.id)) {
      const ofService = services[service] ?? {}
      services[service] = ofService
      for (const [name, records] of Object.entries(sections)) {
        ofService[name] = [...(ofService[name] ?? []), ...records]
      }
    }
    const { requestedAt, userId } = row
    return JSON.stringify({ userId, requestedAt, ...services }, null, 2)
  }
}

function ask(store: UsersStore, { attempt, id, userId }: DataExportRow): Promise<void> {
  return store.outbox.add(exportRequested, {
    aggregateId: id,
    aggregateVersion: attempt,
    payload: { userId, exportId: id },
  })
}

function limitReached(retryAfterSeconds: number): ExportLimitReached {
  return {
    __typename: 'ExportLimitReached',
    code: 'EXPORT_LIMIT_REACHED',
    message: `At most ${perDay} exports a day can be made.`,
    retryAfterSeconds,
  }
}
