import type { EntityManager } from 'typeorm'

/** One emoji under one message, as the viewer sees it. */
export interface ReactionRow {
  readonly messageId: string
  readonly emoji: string
  readonly count: number
  readonly viewerReacted: boolean
  /** The first of those who reacted, at most ten. */
  readonly userIds: readonly string[]
}

export interface NewReaction {
  readonly messageId: string
  readonly emoji: string
  readonly userId: string
  readonly reactedAt: Date
}

/** How many different emoji one message may carry. */
export const mostEmoji = 50

export type ReactionReads = Pick<ReactionRepository, 'ofMessages'>

export class ReactionRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The emoji of each message, the one that came first first. */
  ofMessages(viewerId: string, messageIds: readonly string[]): Promise<ReactionRow[]> {
    return this.#manager.query(
      `select message_id as "messageId", emoji, count(*)::integer as count,
         bool_or(user_id = $1) as "viewerReacted",
         (array_agg(user_id::text order by reacted_at, user_id))[1:10] as "userIds"
       from reactions where message_id = any($2)
       group by message_id, emoji order by message_id, min(reacted_at), emoji`,
      [viewerId, messageIds],
    )
  }

  /** Within the room's lock. */
  async add({
    messageId,
    emoji,
    userId,
    reactedAt,
  }: NewReaction): Promise<'added' | 'there before' | 'too many'> {
    const rows = await this.#manager.query<{ carried: number; added: number }[]>(
      `with carried as (
         select count(distinct emoji) filter (where emoji <> $2)::integer as others
         from reactions where message_id = $1
       ), added as (
         insert into reactions (message_id, emoji, user_id, reacted_at)
         select $1, $2, $3, $4 from carried where others < ${mostEmoji}
         on conflict do nothing returning 1
       )
       select (select others from carried) as carried, (select count(*)::integer from added) as added`,
      [messageId, emoji, userId, reactedAt],
    )
    const [row] = rows
    if (row?.added === 1) return 'added'
    return row !== undefined && row.carried >= mostEmoji ? 'too many' : 'there before'
  }

  /** False when there was no such reaction. */
  async remove(messageId: string, emoji: string, userId: string): Promise<boolean> {
    const [, removed] = await this.#manager.query<[unknown[], number]>(
      'delete from reactions where message_id = $1 and emoji = $2 and user_id = $3',
      [messageId, emoji, userId],
    )
    return removed > 0
  }

  async forget(messageId: string): Promise<void> {
    await this.#manager.query('delete from reactions where message_id = $1', [messageId])
  }
}
