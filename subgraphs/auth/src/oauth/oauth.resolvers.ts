import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type {
  MutationResolvers,
  OAuthClientKind,
  QueryResolvers,
  Resolvers,
} from '../generated/resolver-types.ts'

const kinds = { PUBLIC: 'public', CONFIDENTIAL: 'confidential', SERVICE: 'service' } as const
const kindNames = { public: 'PUBLIC', confidential: 'CONFIDENTIAL', service: 'SERVICE' } as const

export const oauthQueries: QueryResolvers = {
  connectedApplications: (_parent, _args, { applications, viewer }) =>
    applications.listOf(requireViewer(viewer)),
  outsideIdentities: (_parent, _args, { outsideSignIn, viewer }) =>
    outsideSignIn.listOf(requireViewer(viewer)),
  oauthClients: (_parent, args, { oauthClients, viewer }) =>
    oauthClients.list(requireViewer(viewer), args),
}

export const oauthMutations: MutationResolvers = {
  disconnectApplication: (_parent, { input }, { applications, viewer }) =>
    applications.disconnect(requireViewer(viewer), input.applicationId),
  unlinkOutsideIdentity: (_parent, { input }, { outsideSignIn, viewer }) =>
    outsideSignIn.unlink(requireViewer(viewer), input.identityId),
  registerOAuthClient: (_parent, { input }, { oauthClients, viewer }) =>
    oauthClients.register(requireViewer(viewer), {
      name: input.name,
      kind: kinds[input.kind],
      redirectUris: input.redirectUris ?? [],
      scopes: input.scopes,
      allowsPassword: input.allowsPassword ?? false,
    }),
  rotateOAuthClientSecret: (_parent, { input }, { oauthClients, viewer }) =>
    oauthClients.rotateSecret(requireViewer(viewer), input.clientId),
  removeOAuthClient: (_parent, { input }, { oauthClients, viewer }) =>
    oauthClients.remove(requireViewer(viewer), input.clientId),
}

export const oauthTypes: Pick<Resolvers, 'OAuthClient'> = {
  OAuthClient: {
    kind: ({ kind }): OAuthClientKind => kindNames[kind],
    serviceAccount: ({ serviceAccountId: id }) => (id === null ? null : { id }),
  },
}
