import { GravityError } from '@gravity/shared/errors/gravity-error'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import {
  type Connection,
  type PageArguments,
  readPage,
  toConnection,
} from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import type { MessageRow } from '../messages/message.entity.ts'
import { highlightsOf, type TextRange } from './highlights.ts'
import type { MessageSearchReads } from './message-search.repository.ts'

export interface MessageSearchInput extends PageArguments {
  readonly text: string
  readonly filter?: MessageFilter | null | undefined
}

export interface MessageFilter {
  readonly roomId?: string | null | undefined
  readonly authorId?: string | null | undefined
  readonly sentSince?: Date | null | undefined
  readonly sentBefore?: Date | null | undefined
  readonly hasAttachments?: boolean | null | undefined
}

export interface MessageMatch {
  readonly cursor: string
  readonly node: MessageRow
  readonly highlights: readonly TextRange[]
}

export interface MessageMatches extends Omit<Connection<MessageRow>, 'edges'> {
  readonly edges: readonly MessageMatch[]
}

const cursor = defineCursor(
  'chat-messages-by-match',
  z.tuple([z.int32(), z.iso.datetime(), z.guid()]),
)

const longestText = 100

/** Messages that the viewer may read, by their words; one statement. */
export async function searchMessages(
  reads: MessageSearchReads,
  { userId: viewerId }: Viewer,
  input: MessageSearchInput,
): Promise<MessageMatches> {
  const { filter, ...args } = input
  const text = input.text.trim()
  if (text === '' || [...text].length > longestText) {
    throw new GravityError('BAD_USER_INPUT', 'A search has 1 to 100 characters.')
  }
  const page = readPage(args, { cursor })
  const query = {
    viewerId,
    text,
    roomId: filter?.roomId?.toLowerCase() ?? null,
    authorId: filter?.authorId?.toLowerCase() ?? null,
    sentSince: filter?.sentSince ?? null,
    sentBefore: filter?.sentBefore ?? null,
    hasAttachments: filter?.hasAttachments ?? null,
  }
  // What is nobody's id has no messages.
  const ids = [query.roomId, query.authorId]
  const rows = ids.every((id) => id === null || isUuid(id)) ? await reads.page(query, page) : []
  const found = toConnection(rows, page, ({ isExact, sentAt, id }) => [
    isExact,
    sentAt.toISOString(),
    id,
  ])
  const edges = found.edges.map((edge) => ({
    ...edge,
    highlights: highlightsOf(edge.node.body ?? '', text),
  }))
  return { ...found, edges }
}
