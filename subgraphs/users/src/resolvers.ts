import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { Resolvers } from './generated/resolver-types.ts'
import { searchPage, usernamePage } from './profiles/profile-pages.ts'

export const resolvers: Resolvers = {
  Query: {
    me: (_parent, _args, { viewer, loaders }) =>
      viewer ? loaders.profileById.load(viewer.userId) : null,
    user: (_parent, { id }, { loaders }) => loaders.profileById.load(id),
    users: (_parent, { search, ...args }, { profiles }) =>
      search?.trim() ? searchPage(profiles, search, args) : usernamePage(profiles, args),
  },
  Mutation: {
    async updateProfile(_parent, { input }, { viewer, profiles }) {
      const result = await profiles.update(requireViewer(viewer), input)
      return '__typename' in result ? result : { __typename: 'User', ...result }
    },
  },
  User: {
    __resolveReference: ({ id }, { loaders }) => loaders.profileById.load(id),
  },
}
