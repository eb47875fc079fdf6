import type { EntityManager } from 'typeorm'
import { type MessageRow, messageColumns } from '../messages/message.entity.ts'
import { visibleTo } from '../rooms/history.ts'
import type { RoomPosition } from '../rooms/room.repository.ts'
import type { InboxPlace } from './inbox-event.ts'

export type RoomPlace = InboxPlace & { readonly roomId: string }

/** How far a room has come, and how far its member has read. */
export type InboxPosition = RoomPosition & { readonly lastRead: number }

/** Those of some people who are members. */
export interface PartialAudience {
  readonly membersVersion: number
  readonly memberIds: readonly string[]
}

export interface PersonRooms {
  readonly userId: string
  readonly roomIds: readonly string[]
}

export type InboxReads = Pick<
  InboxRepository,
  'positionsOf' | 'roomsOf' | 'audienceAmong' | 'missed' | 'missedChanges' | 'countInvitations'
>

/** What inboxes read; all of it for present members, and from where the room's past begins for them. */
export class InboxRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** How far each of a person's rooms has come. */
  positionsOf(userId: string): Promise<InboxPosition[]> {
    return this.#manager.query(
      `select r.id as "roomId", r.latest_sequence as "latestSequence",
         r.latest_change as "latestChange", r.members_version as "membersVersion", r.removals,
         coalesce(k.last_read, 0) as "lastRead"
       from members m join rooms r on r.id = m.room_id
       left join read_markers k on k.room_id = m.room_id and k.user_id = m.user_id
       where m.user_id = $1`,
      [userId],
    )
  }

  roomsOf(userIds: readonly string[]): Promise<PersonRooms[]> {
    return this.#manager.query(
      `select wanted.user_id as "userId",
         array(select m.room_id::text from members m where m.user_id = wanted.user_id) as "roomIds"
       from unnest($1::uuid[]) as wanted (user_id)`,
      [userIds],
    )
  }

  /** Those of the people who are members; one statement, so that they belong to the version. */
  async audienceAmong(
    roomId: string,
    userIds: readonly string[],
  ): Promise<PartialAudience | undefined> {
    const rows = await this.#manager.query<PartialAudience[]>(
      `select r.members_version as "membersVersion",
         array(select m.user_id::text from members m
           where m.room_id = r.id and m.user_id = any($2)) as "memberIds"
       from rooms r where r.id = $1`,
      [roomId, userIds],
    )
    return rows[0]
  }

  /** How many invitations wait for a person's answer. */
  async countInvitations(userId: string, at: Date): Promise<number> {
    const rows = await this.#manager.query<{ pending: number }[]>(
      `select count(*)::integer as pending from invitations
       where invitee_id = $1 and status = 'pending' and expires_at > $2`,
      [userId, at],
    )
    return rows[0]?.pending ?? 0
  }

  /** What somebody has missed in rooms, in the order of each; at most `limit` messages of a room. */
  missed(userId: string, places: readonly RoomPlace[], limit: number): Promise<MessageRow[]> {
    return this.#manager.query(
      `select missed.* from unnest($2::uuid[], $3::integer[]) as place (room_id, sequence)
       join members v on v.room_id = place.room_id and v.user_id = $1
       cross join lateral (
         select ${messageColumns} from messages m
         where m.room_id = place.room_id and m.sequence > place.sequence and ${visibleTo('m', 'v')}
         order by m.sequence limit $4) as missed`,
      [userId, places.map(({ roomId }) => roomId), places.map(({ sequence }) => sequence), limit],
    )
  }

  /** What has changed meanwhile of what somebody has written or is mentioned in, in the order of each room's changes. */
  missedChanges(
    userId: string,
    places: readonly RoomPlace[],
    limit: number,
  ): Promise<MessageRow[]> {
    return this.#manager.query(
      `select missed.* from unnest($2::uuid[], $3::integer[]) as place (room_id, change)
       join members v on v.room_id = place.room_id and v.user_id = $1
       cross join lateral (
         select ${messageColumns} from messages m
         where m.room_id = place.room_id and m.changed > 0 and m.changed > place.change
           and ${visibleTo('m', 'v')}
           and (m.author_id = $1 or $1 = any(m.mention_ids))
         order by m.changed limit $4) as missed`,
      [userId, places.map(({ roomId }) => roomId), places.map(({ change }) => change), limit],
    )
  }
}
