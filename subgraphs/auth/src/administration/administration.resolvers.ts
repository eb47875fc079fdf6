import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers, Resolvers } from '../generated/resolver-types.ts'

export const administrationQueries = {
  accounts: (_parent, args, { administration, viewer }) =>
    administration.search(requireViewer(viewer), args),
  auditLog: (_parent, args, { administration, viewer }) =>
    administration.auditLog(requireViewer(viewer), args),
} satisfies QueryResolvers

export const administrationMutations = {
  createAccount: (_parent, { input }, { accountAdministration, viewer }) =>
    accountAdministration.create(requireViewer(viewer), input),
  updateAccount: (_parent, { input }, { accountAdministration, viewer }) =>
    accountAdministration.update(requireViewer(viewer), input),
  deleteAccount: (_parent, { input }, { accountAdministration, viewer }) =>
    accountAdministration.delete(requireViewer(viewer), input),
  endSessionsOf: (_parent, { input }, { accountAdministration, viewer }) =>
    accountAdministration.endSessions(requireViewer(viewer), input.userId),
  suspendAccount: (_parent, { input }, { administration, viewer }) =>
    administration.suspend(requireViewer(viewer), input),
  restoreAccount: (_parent, { input }, { administration, viewer }) =>
    administration.restore(requireViewer(viewer), input.userId),
  assignRole: (_parent, { input }, { administration, viewer }) =>
    administration.assignRole(requireViewer(viewer), input),
  removeRole: (_parent, { input }, { administration, viewer }) =>
    administration.removeRole(requireViewer(viewer), input),
  impersonate: (_parent, { input }, { impersonations, viewer }) =>
    impersonations.begin(requireViewer(viewer), input),
  endImpersonation: (_parent, _args, { impersonations, viewer }) =>
    impersonations.end(requireViewer(viewer)),
} satisfies MutationResolvers

export const administrationTypes = {
  Account: {
    user: ({ id }) => ({ id }),
  },
  AuditEntry: {
    actor: ({ actorId }) => ({ id: actorId }),
    user: ({ accountId }) => ({ id: accountId }),
  },
  Impersonation: {
    user: ({ userId }) => ({ id: userId }),
  },
  ImpersonationEnded: {
    user: ({ userId }) => ({ id: userId }),
  },
  SignedInSession: {
    impersonatedBy: ({ impersonatorId }) =>
      impersonatorId === null ? null : { id: impersonatorId },
  },
} satisfies Resolvers
