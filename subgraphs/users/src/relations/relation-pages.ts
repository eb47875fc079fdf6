import {
  type Connection,
  type PageArguments,
  readPage,
  toConnection,
} from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import type { PeopleSight } from '../privacy/people-sight.ts'
import type { SeenProfile } from '../privacy/sight.ts'
import type { UsersReads } from '../store.ts'
import type { FollowListRequest, RelatedRow } from './follow.repository.ts'
import type { RelationLoaders } from './relation.loaders.ts'

const key = z.tuple([z.iso.datetime(), z.guid()])

const cursors = {
  followers: defineCursor('users-followers', key),
  following: defineCursor('users-following', key),
  received: defineCursor('users-requests-received', key),
  sent: defineCursor('users-requests-sent', key),
  blocked: defineCursor('users-blocked', key),
  muted: defineCursor('users-muted', key),
}

/** A page of a list that is in the order of when somebody came into it, the latest first. */
export async function relatedPage<Row extends RelatedRow>(
  list: keyof typeof cursors,
  args: PageArguments,
  read: (page: ReturnType<typeof pageOf>) => Promise<readonly Row[]>,
): Promise<Connection<Row>> {
  const page = pageOf(list, args)
  const rows = await read(page)
  return toConnection(rows, page, ({ at, userId }) => [at.toISOString(), userId] as const)
}

function pageOf(list: keyof typeof cursors, args: PageArguments) {
  return readPage(args, { cursor: cursors[list] })
}

/** What pages of people need of a request. */
export interface PageContext {
  readonly viewer: Viewer | null
  readonly reads: UsersReads
  readonly sight: PeopleSight
  readonly now: () => Date
  readonly loaders: { readonly relations: RelationLoaders }
  person(id: string): Promise<SeenProfile | null>
}

/** The followers of somebody, or those whom they follow. */
export async function peoplePage(
  { loaders, person }: PageContext,
  { userId, side }: { readonly userId: string; readonly side: FollowListRequest['side'] },
  args: PageArguments,
): Promise<Connection<SeenProfile>> {
  const page = await relatedPage(side, args, (wanted) =>
    loaders.relations.list(userId, side, wanted),
  )
  return withPeople(page, person, (_row, found) => found)
}

/** Who asks to follow the viewer, or whom the viewer asks. */
export async function requestPage(
  { reads, person }: PageContext,
  { viewer, side }: { readonly viewer: Viewer; readonly side: 'received' | 'sent' },
  args: PageArguments,
) {
  const page = await relatedPage(side, args, (wanted) =>
    reads.follows.requestsOf(viewer.userId, side, wanted),
  )
  return withPeople(page, person, ({ at }, found) => ({ person: found, requestedAt: at }))
}

/** Whom the viewer has muted. */
export async function mutePage(
  { reads, now, person }: PageContext,
  viewer: Viewer,
  args: PageArguments,
) {
  const page = await relatedPage('muted', args, (wanted) =>
    reads.mutes.pageOf(viewer.userId, now(), wanted),
  )
  return withPeople(page, person, ({ at, until }, found) => ({
    person: found,
    mutedAt: at,
    until,
  }))
}

/** Whom the viewer has blocked: the only place where they see them. */
export async function blockPage(
  { reads, sight }: PageContext,
  viewer: Viewer,
  args: PageArguments,
) {
  const page = await relatedPage('blocked', args, (wanted) =>
    reads.blocks.pageOf(viewer.userId, wanted),
  )
  const rows = await reads.profiles.byIds(page.nodes.map(({ userId }) => userId))
  const rowsById = new Map(rows.map((row) => [row.id, row]))
  return mapNodes(page, ({ userId, at, isBlockedBack }) => {
    const row = rowsById.get(userId)
    return row ? { person: sight.unveil(row, isBlockedBack), blockedAt: at } : null
  })
}

async function withPeople<Row extends RelatedRow, Node>(
  page: Connection<Row>,
  person: PageContext['person'],
  nodeOf: (row: Row, person: SeenProfile) => Node,
): Promise<Connection<Node>> {
  const people = await Promise.all(page.nodes.map(({ userId }) => person(userId)))
  const shown = people.filter((found) => found !== null && !found.sight.isVeiled)
  const peopleById = new Map(shown.map((found) => [found?.id, found]))
  return mapNodes(page, (row) => {
    const found = peopleById.get(row.userId)
    return found ? nodeOf(row, found) : null
  })
}

/** Without those that have become null meanwhile. */
function mapNodes<Row, Node>(
  { edges, pageInfo }: Connection<Row>,
  nodeOf: (row: Row) => Node | null,
): Connection<Node> {
  const mapped = edges.flatMap(({ cursor, node }) => {
    const found = nodeOf(node)
    return found === null ? [] : [{ cursor, node: found }]
  })
  return { edges: mapped, nodes: mapped.map(({ node }) => node), pageInfo }
}
