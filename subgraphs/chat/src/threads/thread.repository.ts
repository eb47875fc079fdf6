import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import { type MessageRow, messageColumns } from '../messages/message.entity.ts'
import type { SequenceKey } from '../messages/message.repository.ts'
import { isNews, mostUnread } from '../receipts/read-marker.repository.ts'

/** What a thread has come to. */
export interface ThreadRow {
  readonly threadId: string
  readonly replyCount: number
  readonly lastReplyAt: Date
  /** Who has replied, in the order of their first replies, at most ten. */
  readonly participantIds: readonly string[]
}

/** What a person has not read of a thread. */
export interface UnreadThread {
  readonly threadId: string
  readonly count: number
}

export type ThreadReads = Pick<ThreadRepository, 'pages' | 'summaries' | 'unread'>

export class ThreadRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The same page of the replies of several threads. */
  pages(
    threadIds: readonly string[],
    page: Page<SequenceKey>,
  ): Promise<(MessageRow & { readonly threadId: string })[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['m.sequence'],
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select page.* from unnest($1::uuid[]) as wanted (thread_id)
       cross join lateral (
         select ${messageColumns} from messages m
         where m.thread_id = wanted.thread_id and ${where} order by ${orderBy} limit $2
       ) as page`,
      [threadIds, page.limit, ...parameters],
    )
  }

  /** One row for each of the threads; what counts is the same as in the room as a whole. */
  unread(userId: string, threadIds: readonly string[]): Promise<UnreadThread[]> {
    return this.#manager.query(
      `select wanted.thread_id as "threadId", counted.replies as count
       from unnest($2::uuid[]) as wanted (thread_id)
       cross join lateral (
         select count(*)::integer as replies from (
           select 1 from messages u
           left join read_markers k on k.room_id = u.room_id and k.user_id = $1
           where u.thread_id = wanted.thread_id and u.sequence > coalesce(k.last_read, 0)
             and ${isNews('u', '$1')} limit ${mostUnread}) as unread
       ) as counted`,
      [userId, threadIds],
    )
  }

  /** One row for each of the messages that have replies. */
  summaries(threadIds: readonly string[]): Promise<ThreadRow[]> {
    return this.#manager.query(
      `select thread_id as "threadId", sum(replies)::integer as "replyCount",
         max(latest) as "lastReplyAt",
         (array_agg(author_id::text order by earliest))[1:10] as "participantIds"
       from (
         select thread_id, author_id, count(*) as replies, max(sent_at) as latest,
           min(sequence) as earliest
         from messages where thread_id = any($1) group by thread_id, author_id
       ) as authors group by thread_id`,
      [threadIds],
    )
  }
}
