import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import { type RoomRow, roomColumns } from './room.entity.ts'
import type { ActivityKey } from './room.repository.ts'

/** A channel as everybody may know it. */
export type ChannelRow = RoomRow & { readonly viewerIsMember: boolean }

export type ChannelReads = Pick<ChannelRepository, 'byIds' | 'page'>

const columns = `${roomColumns}, exists (
  select 1 from members m where m.room_id = r.id and m.user_id = $1) as "viewerIsMember"`

export class ChannelRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  byIds(viewerId: string, ids: readonly string[]): Promise<ChannelRow[]> {
    return this.#manager.query(
      `select ${columns} from rooms r where r.kind = 'channel' and r.id = any($2)`,
      [viewerId, ids],
    )
  }

  /** The channels, archived ones aside, in which every one of the words occurs; the latest activity first. */
  page(viewerId: string, words: readonly string[], page: Page<ActivityKey>): Promise<ChannelRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['r.last_activity_at', 'r.id'],
      order: 'desc',
      parametersBefore: 3,
    })
    return this.#manager.query(
      `select ${columns} from rooms r
       where r.kind = 'channel' and r.archived_at is null and ${where}
         and not exists (select 1 from unnest($3::text[]) as word where position(word in lower(
           concat_ws(' ', r.name, r.topic, r.description))) = 0)
       order by ${orderBy} limit $2`,
      [viewerId, page.limit, words, ...parameters],
    )
  }
}
