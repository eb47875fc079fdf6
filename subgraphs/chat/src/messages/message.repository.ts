import type { EntityManager } from 'typeorm'
import { visibleTo } from '../rooms/history.ts'
import type { MembershipKey } from '../rooms/room.repository.ts'
import { messageColumns as columns, MessageEntity, type MessageRow } from './message.entity.ts'

/** The order of a room's messages. */
export type SequenceKey = readonly [sequence: number]

/** One message of a room by its sequence. */
export interface MessagePlace {
  readonly roomId: string
  readonly sequence: number
}

/** A page of a room's messages, from the end backwards, as far as somebody may read them. */
export interface MessagePageKey extends MembershipKey {
  /** The page ends before this sequence. */
  readonly before: number
  readonly limit: number
}

export type MessageReads = Pick<
  MessageRepository,
  'visibleByIds' | 'atPlaces' | 'pages' | 'after' | 'latest' | 'changedAfter' | 'latestChanged'
>

/** What a message may become; what is left out stays. */
export type MessagePatch = Partial<
  Pick<
    MessageRow,
    | 'body'
    | 'mentionIds'
    | 'mentionsRoom'
    | 'attachments'
    | 'editedAt'
    | 'redactedAt'
    | 'redactedBy'
    | 'pinnedAt'
    | 'pinnedBy'
  >
>

/** A message before it has its place. */
export type NewMessageRow = Omit<MessageRow, 'sequence'>

export class MessageRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  visibleByIds(viewerId: string, ids: readonly string[]): Promise<MessageRow[]> {
    return this.#manager.query(
      `select ${columns} from messages m
       where m.id = any($2) and (exists (
           select 1 from members v
           where v.room_id = m.room_id and v.user_id = $1 and ${visibleTo('m', 'v')})
         or m.sequence > visible_after(m.room_id, $1))`,
      [viewerId, ids],
    )
  }

  atPlaces(viewerId: string, places: readonly MessagePlace[]): Promise<MessageRow[]> {
    return this.#manager.query(
      `select ${columns} from unnest($1::uuid[], $2::integer[]) as wanted (room_id, sequence)
       join messages m on m.room_id = wanted.room_id and m.sequence = wanted.sequence
       where m.sequence > visible_after(m.room_id, $3)`,
      [places.map((place) => place.roomId), places.map((place) => place.sequence), viewerId],
    )
  }

  /**
   * The messages of each page, in the order of the pages; the latest first. The lists of parameters are selected, because
   * PostgreSQL makes a new plan at every call for lists whose length it sees, and keeps one for those whose it does not.
   */
  async pages(pages: readonly MessagePageKey[]): Promise<MessageRow[][]> {
    const rows = await this.#manager.query<(MessageRow & { readonly place: number })[]>(
      `select page.*, wanted.place::integer
       from unnest((select $1::uuid[]), (select $2::uuid[]), (select $3::integer[]),
         (select $4::integer[])) with ordinality as wanted (room_id, user_id, before, page_limit, place)
       cross join lateral (select visible_after(wanted.room_id, wanted.user_id) as since) as reader
       cross join lateral (
         select ${columns} from messages m
         where m.room_id = wanted.room_id
           and m.sequence > reader.since and m.sequence < wanted.before
         order by m.sequence desc limit wanted.page_limit
       ) as page`,
      [
        pages.map(({ roomId }) => roomId),
        pages.map(({ userId }) => userId),
        pages.map(({ before }) => before),
        pages.map(({ limit }) => limit),
      ],
    )
    const groups: MessageRow[][] = pages.map(() => [])
    for (const row of rows) groups[row.place - 1]?.push(row)
    return groups
  }

  /** The messages after a sequence, oldest first. */
  after(roomId: string, sequence: number, limit: number): Promise<MessageRow[]> {
    return this.#manager.query(
      `select ${columns} from messages m
       where m.room_id = $1 and m.sequence > $2 order by m.sequence limit $3`,
      [roomId, sequence, limit],
    )
  }

  /** The last messages of a room, oldest first. */
  async latest(roomId: string, limit: number): Promise<MessageRow[]> {
    const rows = await this.#manager.query<MessageRow[]>(
      `select ${columns} from messages m
       where m.room_id = $1 order by m.sequence desc limit $2`,
      [roomId, limit],
    )
    return rows.reverse()
  }

  /** The messages that have changed after a change of their room, in the order of their latest changes. */
  changedAfter(roomId: string, change: number, limit: number): Promise<MessageRow[]> {
    return this.#manager.query(
      `select ${columns} from messages m
       where m.room_id = $1 and m.changed > 0 and m.changed > $2 order by m.changed limit $3`,
      [roomId, change, limit],
    )
  }

  /** The messages that have changed last, in the order of their latest changes. */
  async latestChanged(roomId: string, limit: number): Promise<MessageRow[]> {
    const rows = await this.#manager.query<MessageRow[]>(
      `select ${columns} from messages m
       where m.room_id = $1 and m.changed > 0 order by m.changed desc limit $2`,
      [roomId, limit],
    )
    return rows.reverse()
  }

  /** A message of the room, read within the room's lock. */
  async inRoom(roomId: string, id: string): Promise<MessageRow | undefined> {
    const rows = await this.#manager.query<MessageRow[]>(
      `select ${columns} from messages m where m.room_id = $1 and m.id = $2`,
      [roomId, id],
    )
    return rows[0]
  }

  /** Changes a message within the room's lock, and gives it the room's next change number. */
  async change(message: MessageRow, patch: MessagePatch): Promise<MessageRow> {
    const after = { ...message, ...patch }
    const [[row]] = await this.#manager.query<[[MessageRow], number]>(
      `with room as (
         update rooms set latest_change = latest_change + 1, version = version + 1
         where id = $1 returning latest_change
       )
       update messages m set changed = room.latest_change, body = $3, mention_ids = $4,
         edited_at = $5, redacted_at = $6, redacted_by = $7, pinned_at = $8, pinned_by = $9,
         mentions_room = $10, attachments = $11
       from room where m.id = $2 returning ${columns}`,
      [
        after.roomId,
        after.id,
        after.body,
        after.mentionIds,
        after.editedAt,
        after.redactedAt,
        after.redactedBy,
        after.pinnedAt,
        after.pinnedBy,
        after.mentionsRoom,
        JSON.stringify(after.attachments),
      ],
    )
    return row
  }

  async byClientId(
    roomId: string,
    authorId: string,
    clientMessageId: string,
  ): Promise<MessageRow | undefined> {
    const rows = await this.#manager.query<MessageRow[]>(
      `select ${columns} from messages m
       where m.room_id = $1 and m.author_id = $2 and m.client_message_id = $3`,
      [roomId, authorId, clientMessageId],
    )
    return rows[0]
  }

  /**
   * Gives a message the room's next sequence and stores it, within the room's lock; undefined, and no sequence is used,
   * when the author has sent one of this `clientMessageId` before. Times never run backwards within a room, whatever
   * the clocks of the senders' servers do.
   */
  async append(message: NewMessageRow): Promise<MessageRow | undefined> {
    const rows = await this.#manager.query<MessageRow[]>(
      `with place as (
         update rooms set latest_sequence = latest_sequence + 1, version = version + 1,
           last_message_at = greatest($6::timestamptz, last_message_at)
         where id = $2 and not exists (
           select 1 from messages
           where room_id = $2 and author_id = $3 and client_message_id = $4)
         returning latest_sequence, last_message_at
       )
       insert into messages as m (id, room_id, author_id, client_message_id, body, reply_to_id,
         thread_id, mention_ids, mentions_room, attachments, sequence, sent_at)
       select $1, $2, $3, $4, $5, $7, $8, $9, $10, $11, latest_sequence, last_message_at from place
       returning ${columns}`,
      [
        message.id,
        message.roomId,
        message.authorId,
        message.clientMessageId,
        message.body,
        message.sentAt,
        message.replyToId,
        message.threadId,
        message.mentionIds,
        message.mentionsRoom,
        JSON.stringify(message.attachments),
      ],
    )
    return rows[0]
  }

  async insertAll(rows: MessageRow[]): Promise<void> {
    await this.#manager.insert(MessageEntity, rows)
  }
}
