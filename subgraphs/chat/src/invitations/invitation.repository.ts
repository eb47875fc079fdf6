import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import type { RoomKind } from '../rooms/room.entity.ts'

export type InvitationStatus = 'pending' | 'accepted' | 'declined' | 'revoked'
export type InvitedRole = 'moderator' | 'member'

export interface InvitationRow {
  readonly id: string
  readonly roomId: string
  readonly inviteeId: string
  readonly inviterId: string
  readonly role: InvitedRole
  readonly status: InvitationStatus
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly settledAt: Date | null
}

/** An invitation with what the invitee may know of the room before they come. */
export interface ShownInvitation extends InvitationRow {
  readonly roomName: string | null
  readonly roomKind: RoomKind
  readonly memberCount: number
}

/** The order of invitations: when (RFC 3339), then the id. */
export type InvitationKey = readonly [createdAt: string, id: string]

export type InvitationReads = Pick<InvitationRepository, 'pageOfInvitee' | 'pages'>

const columns = `i.id, i.room_id as "roomId", i.invitee_id as "inviteeId",
  i.inviter_id as "inviterId", i.role, i.status, i.created_at as "createdAt",
  i.expires_at as "expiresAt", i.settled_at as "settledAt", r.name as "roomName",
  r.kind as "roomKind", r.member_count as "memberCount"`

export class InvitationRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** What is open for a person, the latest first. */
  pageOfInvitee(
    inviteeId: string,
    at: Date,
    page: Page<InvitationKey>,
  ): Promise<ShownInvitation[]> {
    const { where, orderBy, parameters } = inOrder(page)
    return this.#manager.query(
      `select ${columns} from invitations i join rooms r on r.id = i.room_id
       where i.invitee_id = $1 and i.status = 'pending' and i.expires_at > $3 and ${where}
       order by ${orderBy} limit $2`,
      [inviteeId, page.limit, at, ...parameters],
    )
  }

  /** The same page of what is open in several rooms, the latest first. */
  pages(
    roomIds: readonly string[],
    at: Date,
    page: Page<InvitationKey>,
  ): Promise<ShownInvitation[]> {
    const { where, orderBy, parameters } = inOrder(page)
    return this.#manager.query(
      `select page.* from unnest($1::uuid[]) as wanted (room_id)
       cross join lateral (
         select ${columns} from invitations i join rooms r on r.id = i.room_id
         where i.room_id = wanted.room_id and i.status = 'pending' and i.expires_at > $3 and ${where}
         order by ${orderBy} limit $2
       ) as page`,
      [roomIds, page.limit, at, ...parameters],
    )
  }

  async byId(id: string): Promise<ShownInvitation | undefined> {
    const rows = await this.#manager.query<ShownInvitation[]>(
      `select ${columns} from invitations i join rooms r on r.id = i.room_id where i.id = $1`,
      [id],
    )
    return rows[0]
  }

  /** The open invitation of a person into a room; also one that has expired and was not cleared away. */
  async pendingOf(roomId: string, inviteeId: string): Promise<ShownInvitation | undefined> {
    const rows = await this.#manager.query<ShownInvitation[]>(
      `select ${columns} from invitations i join rooms r on r.id = i.room_id
       where i.room_id = $1 and i.invitee_id = $2 and i.status = 'pending'`,
      [roomId, inviteeId],
    )
    return rows[0]
  }

  /** How many people may still accept. Within the room's lock. */
  async countPending(roomId: string, at: Date): Promise<number> {
    const rows = await this.#manager.query<{ pending: number }[]>(
      `select count(*)::integer as pending from invitations
       where room_id = $1 and status = 'pending' and expires_at > $2`,
      [roomId, at],
    )
    return rows[0]?.pending ?? 0
  }

  async insert(invitation: InvitationRow): Promise<void> {
    await this.#manager.query(
      `insert into invitations (id, room_id, invitee_id, inviter_id, role, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        invitation.id,
        invitation.roomId,
        invitation.inviteeId,
        invitation.inviterId,
        invitation.role,
        invitation.createdAt,
        invitation.expiresAt,
      ],
    )
  }

  /** False when it was settled before. */
  async settle(id: string, status: InvitationStatus, at: Date): Promise<boolean> {
    const [, settled] = await this.#manager.query<[unknown[], number]>(
      `update invitations set status = $2, settled_at = $3 where id = $1 and status = 'pending'`,
      [id, status, at],
    )
    return settled > 0
  }

  /** Whoever has come in, by whatever door, needs no invitation any more. */
  async settleOfMembers(roomId: string, userIds: readonly string[], at: Date): Promise<void> {
    await this.#manager.query(
      `update invitations set status = 'accepted', settled_at = $3
       where room_id = $1 and invitee_id = any($2) and status = 'pending'`,
      [roomId, userIds, at],
    )
  }

  async revokeOf(roomId: string, inviteeId: string, at: Date): Promise<void> {
    await this.#manager.query(
      `update invitations set status = 'revoked', settled_at = $3
       where room_id = $1 and invitee_id = $2 and status = 'pending'`,
      [roomId, inviteeId, at],
    )
  }
}

function inOrder(page: Page<InvitationKey>) {
  return keysetSql(page, { columns: ['i.created_at', 'i.id'], order: 'desc', parametersBefore: 3 })
}
