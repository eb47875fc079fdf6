import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers, Resolvers } from '../generated/resolver-types.ts'
import { answeringServices } from './data-export.service.ts'

export const exportQueries: Pick<QueryResolvers, 'dataExport'> = {
  async dataExport(_parent, _args, { personal, viewer }) {
    return (await personal.exports.latestOf(requireViewer(viewer))) ?? null
  },
}

export const exportMutations: Pick<MutationResolvers, 'requestDataExport'> = {
  async requestDataExport(_parent, _args, { personal, viewer }) {
    const result = await personal.exports.request(requireViewer(viewer))
    return '__typename' in result ? result : { __typename: 'DataExport', ...result }
  },
}

export const exportResolvers: Pick<Resolvers, 'DataExport'> = {
  DataExport: {
    status: ({ status }) => (status === 'ready' ? 'READY' : 'COLLECTING'),
    services: ({ answered }) =>
      answeringServices.map((name) => ({ name, isComplete: answered.includes(name) })),
    downloadUrl: (row, _args, { personal, viewer }) =>
      personal.exports.downloadUrl(requireViewer(viewer), row),
  },
}
