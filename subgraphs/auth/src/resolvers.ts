import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { Resolvers } from './generated/resolver-types.ts'

export const resolvers: Resolvers = {
  Mutation: {
    register: (_parent, { input }, { accounts }) => accounts.register(input),
    login: (_parent, { input }, { accounts, clientAddress }) =>
      accounts.login({ ...input, clientAddress }),
    refreshSession: (_parent, { input }, { sessions }) => sessions.refresh(input.refreshToken),
    logout: (_parent, _args, { sessions, viewer }) => sessions.logout(requireViewer(viewer)),
  },
  Session: {
    user: ({ userId }) => ({ id: userId }),
  },
  User: {
    __resolveReference: ({ id }) => ({ id }),
    email: async ({ id }, _args, { loaders }) =>
      (await loaders.accountById.load(id))?.email ?? null,
    roles: async ({ id }, _args, { loaders }) =>
      (await loaders.accountById.load(id))?.roles ?? null,
  },
}
