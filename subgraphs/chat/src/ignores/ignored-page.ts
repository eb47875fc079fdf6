import {
  type Connection,
  type PageArguments,
  readPage,
  toConnection,
} from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import type { IgnoredPerson, IgnoreReads } from './ignore.repository.ts'

const cursor = defineCursor('chat-ignored-by-time', z.tuple([z.iso.datetime(), z.guid()]))

/** Whom the viewer ignores, the one ignored last first. */
export async function ignoredPage(
  ignores: IgnoreReads,
  { userId }: Viewer,
  args: PageArguments,
): Promise<Connection<IgnoredPerson>> {
  const page = readPage(args, { cursor })
  const rows = await ignores.page(userId, page)
  return toConnection(rows, page, ({ ignoredAt, id }) => [ignoredAt.toISOString(), id])
}
