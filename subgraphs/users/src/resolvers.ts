import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import { feedQueries, feedResolvers } from './feed/feed.resolvers.ts'
import type { Resolvers } from './generated/resolver-types.ts'
import {
  personalFieldResolvers,
  personalMutations,
  personalQueries,
  personalResolvers,
} from './personal/personal-resolvers.ts'
import { preferenceMutations, preferenceQueries } from './preferences/preference.resolvers.ts'
import {
  privacyMutations,
  privacyQueries,
  protectedFieldResolvers,
} from './privacy/privacy.resolvers.ts'
import { ownProfile } from './privacy/sight.ts'
import { searchPage, usernamePage } from './profiles/profile-pages.ts'
import { seenConnection } from './profiles/seen-connection.ts'
import {
  relatedFieldResolvers,
  relationMutations,
  relationQueries,
  unblockedResolvers,
} from './relations/relation.resolvers.ts'
import { statisticsQueries, statisticsResolvers } from './statistics/statistics.resolvers.ts'

export const resolvers: Resolvers = {
  Query: {
    ...preferenceQueries,
    ...personalQueries,
    ...privacyQueries,
    ...relationQueries,
    ...feedQueries,
    ...statisticsQueries,
    me: (_parent, _args, { viewer, person }) => (viewer ? person(viewer.userId) : null),
    async user(_parent, { id }, { person }) {
      const found = await person(id)
      return found?.sight.isVeiled ? null : found
    },
    async users(_parent, { search, ...args }, { viewer: anybody, profiles, see }) {
      const viewer = requireViewer(anybody)
      const page = search?.trim()
        ? searchPage(profiles, viewer, { search, ...args })
        : usernamePage(profiles, viewer, args)
      return seenConnection(await page, see)
    },
  },
  Mutation: {
    ...preferenceMutations,
    ...personalMutations,
    ...privacyMutations,
    ...relationMutations,
    async updateProfile(_parent, { input }, { viewer, profiles }) {
      const result = await profiles.update(requireViewer(viewer), input)
      return '__typename' in result ? result : { __typename: 'User', ...ownProfile(result) }
    },
  },
  User: {
    __resolveReference: ({ id }, { person }) => person(id),
    ...protectedFieldResolvers,
    ...relatedFieldResolvers,
    ...personalFieldResolvers,
  },
  ...feedResolvers,
  ...personalResolvers,
  ...statisticsResolvers,
  ...unblockedResolvers,
}
