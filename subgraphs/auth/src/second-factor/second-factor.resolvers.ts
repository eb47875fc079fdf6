import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers } from '../generated/resolver-types.ts'

export const secondFactorQueries = {
  mySecondFactors: (_parent, _args, { secondFactorsOf, viewer }) =>
    secondFactorsOf(requireViewer(viewer)),
} satisfies QueryResolvers

export const secondFactorMutations = {
  completeLogin: (_parent, { input }, { client, loginCompletions }) =>
    loginCompletions.complete(input, client),
  beginStepUp: (_parent, _args, { stepUps, viewer }) => stepUps.begin(requireViewer(viewer)),
  stepUp: (_parent, { input }, { client, stepUps, viewer }) =>
    stepUps.stepUp(requireViewer(viewer), input, client),
  enrollTotp: (_parent, _args, { totp, viewer }) => totp.enroll(requireViewer(viewer)),
  confirmTotp: (_parent, { input }, { totp, viewer }) =>
    totp.confirm(requireViewer(viewer), input.code),
  disableTotp: (_parent, _args, { totp, viewer }) => totp.disable(requireViewer(viewer)),
  makeRecoveryCodes: (_parent, _args, { recoveryCodes, viewer }) =>
    recoveryCodes.make(requireViewer(viewer)),
  resetSecondFactors: (_parent, { input }, { secondFactorResets, viewer }) =>
    secondFactorResets.reset(requireViewer(viewer), input.userId),
} satisfies MutationResolvers
