import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import type { InvitationKey } from './invitation.repository.ts'

export interface InviteLinkRow {
  readonly id: string
  readonly roomId: string
  readonly createdBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
  /** Null for as many as want to. */
  readonly maxUses: number | null
  readonly uses: number
  readonly revokedAt: Date | null
}

export type InviteLinkReads = Pick<InviteLinkRepository, 'pages'>

const columns = `l.id, l.room_id as "roomId", l.created_by as "createdBy",
  l.created_at as "createdAt", l.expires_at as "expiresAt", l.max_uses as "maxUses", l.uses,
  l.revoked_at as "revokedAt"`

export class InviteLinkRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The same page of the links of several rooms that were not revoked, the latest first. */
  pages(roomIds: readonly string[], page: Page<InvitationKey>): Promise<InviteLinkRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['l.created_at', 'l.id'],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select page.* from unnest($1::uuid[]) as wanted (room_id)
       cross join lateral (
         select ${columns} from invite_links l
         where l.room_id = wanted.room_id and l.revoked_at is null and ${where}
         order by ${orderBy} limit $2
       ) as page`,
      [roomIds, page.limit, ...parameters],
    )
  }

  async byId(id: string): Promise<InviteLinkRow | undefined> {
    const rows = await this.#manager.query<InviteLinkRow[]>(
      `select ${columns} from invite_links l where l.id = $1`,
      [id],
    )
    return rows[0]
  }

  /** The link of a token that opens its room now; undefined for every other. */
  async open(tokenHash: Buffer, at: Date): Promise<InviteLinkRow | undefined> {
    const rows = await this.#manager.query<InviteLinkRow[]>(
      `select ${columns} from invite_links l where l.token_hash = $1 and ${isOpen}`,
      [tokenHash, at],
    )
    return rows[0]
  }

  /** Counts that somebody came in by a link; false when it opens nothing any more. */
  async use(tokenHash: Buffer, at: Date): Promise<boolean> {
    const [, used] = await this.#manager.query<[unknown[], number]>(
      `update invite_links l set uses = uses + 1 where l.token_hash = $1 and ${isOpen}`,
      [tokenHash, at],
    )
    return used > 0
  }

  async insert(link: InviteLinkRow, tokenHash: Buffer): Promise<void> {
    await this.#manager.query(
      `insert into invite_links (id, room_id, token_hash, created_by, created_at, expires_at, max_uses)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        link.id,
        link.roomId,
        tokenHash,
        link.createdBy,
        link.createdAt,
        link.expiresAt,
        link.maxUses,
      ],
    )
  }

  /** How many links of a room were made and not revoked. Within the room's lock. */
  async count(roomId: string): Promise<number> {
    const rows = await this.#manager.query<{ links: number }[]>(
      `select count(*)::integer as links from invite_links
       where room_id = $1 and revoked_at is null`,
      [roomId],
    )
    return rows[0]?.links ?? 0
  }

  /** One that was revoked before stays as it was. */
  async revoke(id: string, at: Date): Promise<void> {
    await this.#manager.query(
      'update invite_links set revoked_at = $2 where id = $1 and revoked_at is null',
      [id, at],
    )
  }
}

const isOpen = `l.revoked_at is null and l.expires_at > $2
  and (l.max_uses is null or l.uses < l.max_uses)`
