import { readPage, toConnection } from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import { z } from 'zod'
import type { QueryResolvers, Resolvers } from '../generated/resolver-types.ts'

const activityCursor = defineCursor('users-feed', z.tuple([z.iso.datetime(), z.guid()]))

export const feedQueries: Pick<QueryResolvers, 'activityFeed'> = {
  async activityFeed(_parent, args, { viewer, reads, now }) {
    const { userId } = requireViewer(viewer)
    const page = readPage(args, { cursor: activityCursor })
    const rows = await reads.activities.feedOf(userId, now(), page)
    return toConnection(rows, page, ({ happenedAt, id }) => [happenedAt.toISOString(), id] as const)
  },
}

export const feedResolvers: Pick<Resolvers, 'Activity'> = {
  Activity: {
    actor: ({ actorId }, _args, { person }) => person(actorId),
    subject: ({ subjectId }, _args, { person }) => (subjectId === null ? null : person(subjectId)),
  },
}
