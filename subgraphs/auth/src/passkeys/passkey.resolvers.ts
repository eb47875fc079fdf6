import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers } from '../generated/resolver-types.ts'

export const passkeyMutations = {
  beginPasskeyLogin: (_parent, _args, { client, passkeyLogins }) => passkeyLogins.begin(client),
  loginWithPasskey: (_parent, { input }, { client, passkeyLogins }) =>
    passkeyLogins.login(input.response, client),
  beginPasskeyRegistration: (_parent, _args, { passkeyRegistrations, viewer }) =>
    passkeyRegistrations.begin(requireViewer(viewer)),
  registerPasskey: (_parent, { input }, { passkeyRegistrations, viewer }) =>
    passkeyRegistrations.register(requireViewer(viewer), input),
  renamePasskey: (_parent, { input }, { passkeys, viewer }) =>
    passkeys.rename(requireViewer(viewer), input),
  removePasskey: (_parent, { input }, { passkeys, viewer }) =>
    passkeys.remove(requireViewer(viewer), input.passkeyId),
} satisfies MutationResolvers
