import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'

/** What moderators do. */
export type ModerationAction =
  | 'member_removed'
  | 'person_banned'
  | 'person_unbanned'
  | 'member_muted'
  | 'member_unmuted'
  | 'message_redacted'
  | 'room_configured'
  | 'filter_set'
  | 'filter_removed'
  | 'report_resolved'
  | 'report_dismissed'

export interface ModerationLogRow {
  readonly id: string
  readonly roomId: string
  readonly actorId: string
  readonly action: ModerationAction
  /** To whom it was done. */
  readonly personId: string | null
  readonly messageId: string | null
  /** In the words of who did it, or what exactly was done. */
  readonly reason: string | null
  readonly expiresAt: Date | null
  readonly doneAt: Date
}

/** The order of the log: when (RFC 3339), then the id. */
export type LogKey = readonly [doneAt: string, id: string]

export type ModerationLogReads = Pick<ModerationLogRepository, 'pages' | 'page'>

const columns = `l.id, l.room_id as "roomId", l.actor_id as "actorId", l.action,
  l.person_id as "personId", l.message_id as "messageId", l.reason, l.expires_at as "expiresAt",
  l.done_at as "doneAt"`

/** Append-only: the database refuses every change of a row. */
export class ModerationLogRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The same page of the logs of several rooms, the latest entry first. */
  pages(roomIds: readonly string[], page: Page<LogKey>): Promise<ModerationLogRow[]> {
    const { where, orderBy, parameters } = inOrder(page)
    return this.#manager.query(
      `select page.* from unnest($1::uuid[]) as wanted (room_id)
       cross join lateral (
         select ${columns} from moderation_log l
         where l.room_id = wanted.room_id and ${where} order by ${orderBy} limit $2
       ) as page`,
      [roomIds, page.limit, ...parameters],
    )
  }

  /** A page of the log of all rooms, or of one. */
  page(roomId: string | null, page: Page<LogKey>): Promise<ModerationLogRow[]> {
    const { where, orderBy, parameters } = inOrder(page)
    return this.#manager.query(
      `select ${columns} from moderation_log l
       where ($1::uuid is null or l.room_id = $1) and ${where} order by ${orderBy} limit $2`,
      [roomId, page.limit, ...parameters],
    )
  }

  async add(entry: ModerationLogRow): Promise<void> {
    await this.#manager.query(
      `insert into moderation_log (id, room_id, actor_id, action, person_id, message_id, reason,
         expires_at, done_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        entry.id,
        entry.roomId,
        entry.actorId,
        entry.action,
        entry.personId,
        entry.messageId,
        entry.reason,
        entry.expiresAt,
        entry.doneAt,
      ],
    )
  }
}

function inOrder(page: Page<LogKey>) {
  return keysetSql(page, { columns: ['l.done_at', 'l.id'], order: 'desc', parametersBefore: 2 })
}
