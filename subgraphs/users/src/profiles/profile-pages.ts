import {
  type Connection,
  type PageArguments,
  readPage,
  toConnection,
} from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import type { ProfileRow } from './profile.entity.ts'
import type { ProfileService } from './profile.service.ts'

const usernameCursor = defineCursor('users-by-username', z.tuple([z.string()]))
const matchCursor = defineCursor('users-by-match', z.tuple([z.int(), z.guid()]))

/** People in the order of their usernames. */
export async function usernamePage(
  profiles: ProfileService,
  viewer: Viewer,
  args: PageArguments,
): Promise<Connection<ProfileRow>> {
  const page = readPage(args, { cursor: usernameCursor })
  const rows = await profiles.pageByUsername(viewer, page.limit, page.from?.[0])
  return toConnection(rows, page, ({ username }) => [username] as const)
}

/** People who match a search, the best match first. */
export async function searchPage(
  profiles: ProfileService,
  viewer: Viewer,
  { search, ...args }: PageArguments & { readonly search: string },
): Promise<Connection<ProfileRow>> {
  const page = readPage(args, { cursor: matchCursor })
  const after = page.from ? { rank: page.from[0], id: page.from[1] } : undefined
  const rows = await profiles.search(viewer, { text: search, limit: page.limit, after })
  return toConnection(rows, page, ({ rank, id }) => [rank, id] as const)
}
