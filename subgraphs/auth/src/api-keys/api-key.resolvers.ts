import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers } from '../generated/resolver-types.ts'

export const apiKeyQueries: QueryResolvers = {
  apiKeys: (_parent, { clientId }, { apiKeys, viewer }) =>
    apiKeys.listOf(requireViewer(viewer), clientId ?? null),
}

export const apiKeyMutations: MutationResolvers = {
  createApiKey: (_parent, { input }, { apiKeys, viewer }) =>
    apiKeys.create(requireViewer(viewer), input),
  revokeApiKey: (_parent, { input }, { apiKeys, viewer }) =>
    apiKeys.revoke(requireViewer(viewer), input.apiKeyId),
}
