import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import { type MessageRow, messageColumns } from '../messages/message.entity.ts'

/** What a person looks for, among the messages that they may read. */
export interface MessageQuery {
  readonly viewerId: string
  readonly text: string
  readonly roomId: string | null
  readonly authorId: string | null
  readonly sentSince: Date | null
  readonly sentBefore: Date | null
  readonly hasAttachments: boolean | null
}

/** The order of a search: what holds the words themselves first, then the latest (RFC 3339), then the id. */
export type MatchKey = readonly [isExact: number, sentAt: string, id: string]

export type MatchRow = MessageRow & { readonly isExact: number }

export type MessageSearchReads = Pick<MessageSearchRepository, 'page'>

export class MessageSearchRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  page(query: MessageQuery, page: Page<MatchKey>): Promise<MatchRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['found.is_exact', 'found.sent_at', 'found.message_id'],
      order: 'desc',
      parametersBefore: 8,
    })
    return this.#manager.query(
      `select ${messageColumns}, found.is_exact as "isExact"
       from search_messages($2, $3, $4, $5, $6, $7, $8) as found
       join messages m on m.id = found.message_id
       where ${where} order by ${orderBy} limit $1`,
      [
        page.limit,
        query.viewerId,
        query.text,
        query.roomId,
        query.authorId,
        query.sentSince,
        query.sentBefore,
        query.hasAttachments,
        ...parameters,
      ],
    )
  }
}
