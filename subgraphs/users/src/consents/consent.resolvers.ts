import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers } from '../generated/resolver-types.ts'
import type { ConsentRow } from './consent.repository.ts'

function asRecord<Problem extends { readonly __typename: string }>(result: ConsentRow | Problem) {
  return '__typename' in result ? result : { __typename: 'ConsentRecord' as const, ...result }
}

export const consentQueries: Pick<QueryResolvers, 'consents' | 'consentHistory'> = {
  consents: (_parent, { userId }, { personal, viewer }) =>
    personal.consents.current(requireViewer(viewer), userId),
  consentHistory: (_parent, args, { personal, viewer }) =>
    personal.consents.history(requireViewer(viewer), args),
}

export const consentMutations: Pick<MutationResolvers, 'giveConsent' | 'withdrawConsent'> = {
  async giveConsent(_parent, { input }, { client, personal, viewer }) {
    return asRecord(await personal.consents.give(requireViewer(viewer), input, client))
  },
  async withdrawConsent(_parent, { input }, { client, personal, viewer }) {
    return asRecord(await personal.consents.withdraw(requireViewer(viewer), input.document, client))
  },
}
