import { invalidInput } from '@gravity/shared/errors/invalid-input'
import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import { shown, stored } from '../enum-names.ts'
import type {
  MutationResolvers,
  QueryResolvers,
  Resolvers,
  RoomResolvers,
} from '../generated/resolver-types.ts'
import { userReference } from '../people/user-reference.ts'
import { asRoom } from '../rooms/room.resolvers.ts'
import { defineTimedList, timedPage } from '../rooms/room-pages.ts'
import { isPermitted } from '../rooms/room-permissions.ts'
import { roomRow } from '../rooms/room-reference.ts'
import type { ShownInvitation } from './invitation.repository.ts'
import type { InviteLinkRow } from './invite-link.repository.ts'

const invitationList = defineTimedList<ShownInvitation>(
  'chat-invitations-by-time',
  ({ createdAt, id }) => [createdAt, id],
)
const linkList = defineTimedList<InviteLinkRow>(
  'chat-invite-links-by-time',
  ({ createdAt, id }) => [createdAt, id],
)

const notAsOwner = invalidInput('role', 'People are invited as members or moderators.')

function asInvitation<Problem extends { readonly __typename: string }>(
  result: ShownInvitation | Problem,
) {
  return '__typename' in result ? result : { __typename: 'Invitation' as const, ...result }
}

export const invitationQueries: Pick<QueryResolvers, 'invitations'> = {
  invitations(_parent, args, { viewer, reads, now }) {
    const { userId } = requireViewer(viewer)
    return timedPage(invitationList, args, (page) =>
      reads.invitations.pageOfInvitee(userId, now(), page),
    )
  },
}

export const invitationMutations: Pick<
  MutationResolvers,
  | 'inviteToRoom'
  | 'acceptInvitation'
  | 'declineInvitation'
  | 'revokeInvitation'
  | 'createInviteLink'
  | 'revokeInviteLink'
  | 'joinByLink'
> = {
  async inviteToRoom(_parent, { input }, { viewer, signal, invitations }) {
    const role = stored(input.role ?? 'MEMBER')
    if (role === 'owner') return notAsOwner
    const call = { viewer: requireViewer(viewer), signal }
    return asInvitation(await invitations.invite(call, { ...input, role }))
  },
  async acceptInvitation(_parent, { input }, { viewer, answers }) {
    return asRoom(await answers.accept(requireViewer(viewer), input.invitationId))
  },
  async declineInvitation(_parent, { input }, { viewer, answers }) {
    return asInvitation(await answers.decline(requireViewer(viewer), input.invitationId))
  },
  async revokeInvitation(_parent, { input }, { viewer, answers }) {
    return asInvitation(await answers.revoke(requireViewer(viewer), input.invitationId))
  },
  async createInviteLink(_parent, { input }, { viewer, inviteLinks }) {
    const result = await inviteLinks.create(requireViewer(viewer), input)
    return '__typename' in result ? result : { __typename: 'InviteLinkCreated', ...result }
  },
  async revokeInviteLink(_parent, { input }, { viewer, inviteLinks }) {
    const result = await inviteLinks.revoke(requireViewer(viewer), input.linkId)
    return '__typename' in result ? result : { __typename: 'InviteLink', ...result }
  },
  async joinByLink(_parent, { input }, { viewer, inviteLinks }) {
    return asRoom(await inviteLinks.join(requireViewer(viewer), input.token))
  },
}

export const invitationFields: Pick<RoomResolvers, 'invitations' | 'inviteLinks'> = {
  async invitations(room, args, { loaders, lists }) {
    const { id, viewerRole } = await roomRow(room, loaders)
    if (!isPermitted(viewerRole, 'INVITE_PEOPLE')) return null
    return timedPage(invitationList, args, (page) => lists.invitationsOf(id, page))
  },
  async inviteLinks(room, args, { loaders, lists }) {
    const { id, viewerRole } = await roomRow(room, loaders)
    if (!isPermitted(viewerRole, 'INVITE_PEOPLE')) return null
    return timedPage(linkList, args, (page) => lists.linksOf(id, page))
  },
}

export const invitationResolvers: Pick<Resolvers, 'Invitation' | 'InviteLink'> = {
  Invitation: {
    room: ({ roomId }, _args, { loaders }) => loaders.room(roomId),
    roomKind: ({ roomKind }) => shown(roomKind),
    invitee: ({ inviteeId }) => userReference(inviteeId),
    inviter: ({ inviterId }) => userReference(inviterId),
    role: ({ role }) => shown(role),
    status: ({ status }) => shown(status),
  },
  InviteLink: {
    createdBy: ({ createdBy }) => userReference(createdBy),
  },
}
