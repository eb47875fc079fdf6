import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers, Resolvers } from '../generated/resolver-types.ts'
import { asUser } from '../personal/as-user.ts'
import { personReference } from '../personal/person-reference.ts'

const statusNames = {
  pending: 'PENDING',
  accepted: 'ACCEPTED',
  declined: 'DECLINED',
  withdrawn: 'WITHDRAWN',
} as const

const statusesByName = {
  PENDING: 'pending',
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  WITHDRAWN: 'withdrawn',
} as const

export const verificationQueries: Pick<
  QueryResolvers,
  'myVerificationRequest' | 'verificationRequests' | 'verificationLog'
> = {
  async myVerificationRequest(_parent, _args, { personal, viewer }) {
    return (await personal.verification.latestOf(requireViewer(viewer))) ?? null
  },
  verificationRequests(_parent, { status: name, ...args }, { personal, viewer }) {
    const status = name ? statusesByName[name] : null
    return personal.verification.requests(requireViewer(viewer), { ...args, status })
  },
  verificationLog: (_parent, args, { personal, viewer }) =>
    personal.verification.log(requireViewer(viewer), args),
}

export const verificationMutations: Pick<
  MutationResolvers,
  | 'requestVerification'
  | 'withdrawVerificationRequest'
  | 'decideVerification'
  | 'withdrawVerification'
> = {
  async requestVerification(_parent, { input }, { personal, viewer }) {
    const result = await personal.verification.request(requireViewer(viewer), input.reason)
    return '__typename' in result ? result : { __typename: 'VerificationRequest', ...result }
  },
  async withdrawVerificationRequest(_parent, _args, { personal, viewer }) {
    const request = await personal.verification.withdrawRequest(requireViewer(viewer))
    return { __typename: 'VerificationRequestWithdrawn', request }
  },
  decideVerification: (_parent, { input }, { personal, viewer }) =>
    personal.verification.decide(requireViewer(viewer), input),
  async withdrawVerification(_parent, { input }, context) {
    const viewer = requireViewer(context.viewer)
    return asUser(await context.personal.verification.withdrawBadge(viewer, input), context)
  },
}

export const verificationResolvers: Pick<
  Resolvers,
  'VerificationRequest' | 'VerificationLogEntry'
> = {
  VerificationRequest: {
    status: ({ status }) => statusNames[status],
    user: ({ userId }, _args, context) => personReference(userId, context),
  },
  VerificationLogEntry: {
    actor: ({ actorId }, _args, context) => personReference(actorId, context),
    user: ({ userId }, _args, context) => personReference(userId, context),
  },
}
