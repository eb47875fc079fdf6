import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import {
  administrationMutations,
  administrationQueries,
  administrationTypes,
} from './administration/administration.resolvers.ts'
import { apiKeyMutations, apiKeyQueries } from './api-keys/api-key.resolvers.ts'
import type { Resolvers } from './generated/resolver-types.ts'
import { oauthMutations, oauthQueries, oauthTypes } from './oauth/oauth.resolvers.ts'
import { passkeyMutations } from './passkeys/passkey.resolvers.ts'
import {
  secondFactorMutations,
  secondFactorQueries,
} from './second-factor/second-factor.resolvers.ts'

export const resolvers: Resolvers = {
  Query: {
    ...secondFactorQueries,
    ...administrationQueries,
    ...oauthQueries,
    ...apiKeyQueries,
    sessions: (_parent, _args, { sessions, viewer }) => sessions.listOf(requireViewer(viewer)),
    developmentMailbox: (_parent, { to }, { mailbox }) => mailbox.latest(to ?? null),
  },
  Mutation: {
    ...secondFactorMutations,
    ...passkeyMutations,
    register: (_parent, { input }, { client, registrations }) =>
      registrations.register(input, client),
    verifyEmail: (_parent, { input }, { client, registrations }) =>
      registrations.verifyEmail(input.token, client),
    resendVerification: (_parent, { input }, { client, registrations }) =>
      registrations.resendVerification(input.email, client),
    login: (_parent, { input }, { client, signIn }) => signIn.login(input, client),
    refreshSession: (_parent, { input }, { sessions }) => sessions.refresh(input.refreshToken),
    logout: (_parent, _args, { sessions, viewer }) => sessions.logout(requireViewer(viewer)),
    endSession: (_parent, { input }, { sessions, viewer }) =>
      sessions.end(requireViewer(viewer), input.sessionId),
    endOtherSessions: (_parent, _args, { sessions, viewer }) =>
      sessions.endAll(requireViewer(viewer), { includeCurrent: false }),
    logoutEverywhere: (_parent, _args, { sessions, viewer }) =>
      sessions.endAll(requireViewer(viewer), { includeCurrent: true }),
    changePassword: (_parent, { input }, { client, passwords, viewer }) =>
      passwords.change(requireViewer(viewer), input, client),
    requestPasswordReset: (_parent, { input }, { client, passwords }) =>
      passwords.requestReset(input.email, client),
    resetPassword: (_parent, { input }, { client, passwords }) => passwords.reset(input, client),
    requestEmailChange: (_parent, { input }, { client, emailChanges, viewer }) =>
      emailChanges.request(requireViewer(viewer), input, client),
    confirmEmailChange: (_parent, { input }, { client, emailChanges }) =>
      emailChanges.confirm(input.token, client),
    ...administrationMutations,
    ...oauthMutations,
    ...apiKeyMutations,
  },
  ...administrationTypes,
  ...oauthTypes,
  Session: {
    user: ({ userId }) => ({ id: userId }),
  },
  User: {
    __resolveReference: ({ id }) => ({ id }),
    email: async ({ id }, _args, { loaders }) =>
      (await loaders.accountById.load(id))?.email ?? null,
    roles: async ({ id }, _args, { loaders }) =>
      (await loaders.accountById.load(id))?.roles ?? null,
    isEmailVerified: async ({ id }, _args, { loaders }) =>
      (await loaders.accountById.load(id))?.isEmailVerified ?? null,
  },
}
