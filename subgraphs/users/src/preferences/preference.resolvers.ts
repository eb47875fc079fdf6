import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers } from '../generated/resolver-types.ts'

export const preferenceQueries: Pick<QueryResolvers, 'myPreferences'> = {
  myPreferences: (_parent, _args, { viewer, preferences }) =>
    preferences.read(requireViewer(viewer)),
}

export const preferenceMutations: Pick<MutationResolvers, 'updatePreferences'> = {
  async updatePreferences(_parent, { input }, { viewer, preferences }) {
    const result = await preferences.update(requireViewer(viewer), input)
    return '__typename' in result ? result : { __typename: 'Preferences', ...result }
  },
}
