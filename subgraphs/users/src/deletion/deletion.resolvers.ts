import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers, Resolvers } from '../generated/resolver-types.ts'

const statusNames = {
  scheduled: 'SCHEDULED',
  cancelled: 'CANCELLED',
  begun: 'BEGUN',
  completed: 'COMPLETED',
} as const

export const deletionQueries: Pick<QueryResolvers, 'accountDeletion' | 'openAccountDeletions'> = {
  async accountDeletion(_parent, _args, { personal, viewer }) {
    return (await personal.deletions.latestOf(requireViewer(viewer))) ?? null
  },
  openAccountDeletions: (_parent, { first }, { personal, viewer }) =>
    personal.deletions.open(requireViewer(viewer), first ?? undefined),
}

export const deletionMutations: Pick<
  MutationResolvers,
  'requestAccountDeletion' | 'cancelAccountDeletion'
> = {
  async requestAccountDeletion(_parent, _args, { personal, viewer }) {
    const result = await personal.deletions.request(requireViewer(viewer))
    return '__typename' in result ? result : { __typename: 'AccountDeletion', ...result }
  },
  async cancelAccountDeletion(_parent, _args, { personal, viewer }) {
    const result = await personal.deletions.cancel(requireViewer(viewer))
    if (result && '__typename' in result) return result
    return { __typename: 'AccountDeletionCancelled', deletion: result }
  },
}

export const deletionResolvers: Pick<Resolvers, 'AccountDeletion'> = {
  AccountDeletion: { status: ({ status }) => statusNames[status] },
}
