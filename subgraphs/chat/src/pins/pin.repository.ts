import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import { type MessageRow, messageColumns } from '../messages/message.entity.ts'

/** How many messages of a room may be pinned at once. */
export const mostPins = 100

/** The order of pinned messages: when they were pinned (RFC 3339), then the id. */
export type PinKey = readonly [pinnedAt: string, id: string]

export type PinReads = Pick<PinRepository, 'pages'>

export class PinRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The same page of the pinned messages of several rooms that the viewer may read, the one pinned last first. */
  pages(viewerId: string, roomIds: readonly string[], page: Page<PinKey>): Promise<MessageRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['m.pinned_at', 'm.id'],
      order: 'desc',
      parametersBefore: 3,
    })
    return this.#manager.query(
      `select page.* from unnest($1::uuid[]) as wanted (room_id)
       cross join lateral (select visible_after(wanted.room_id, $3) as since) as reader
       cross join lateral (
         select ${messageColumns} from messages m
         where m.room_id = wanted.room_id and m.pinned_at is not null
           and m.sequence > reader.since and ${where}
         order by ${orderBy} limit $2
       ) as page`,
      [roomIds, page.limit, viewerId, ...parameters],
    )
  }

  async count(roomId: string): Promise<number> {
    const rows = await this.#manager.query<{ pins: number }[]>(
      `select count(*)::integer as pins from messages
       where room_id = $1 and pinned_at is not null`,
      [roomId],
    )
    return rows[0]?.pins ?? 0
  }
}
