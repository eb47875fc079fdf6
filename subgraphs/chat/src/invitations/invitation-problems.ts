/** No such invitation, or it concerns others. */
export interface InvitationNotFound {
  readonly __typename: 'InvitationNotFound'
  readonly code: 'INVITATION_NOT_FOUND'
  readonly message: string
}

/** It was settled otherwise, or has expired. */
export interface InvitationOver {
  readonly __typename: 'InvitationOver'
  readonly code: 'INVITATION_OVER'
  readonly message: string
}

/** No such link, or it opens nothing any more: which of the two is never told. */
export interface InviteLinkNotFound {
  readonly __typename: 'InviteLinkNotFound'
  readonly code: 'INVITE_LINK_NOT_FOUND'
  readonly message: string
}

export interface AlreadyMember {
  readonly __typename: 'AlreadyMember'
  readonly code: 'ALREADY_MEMBER'
  readonly message: string
}

export const invitationNotFound: InvitationNotFound = {
  __typename: 'InvitationNotFound',
  code: 'INVITATION_NOT_FOUND',
  message: 'There is no such invitation, or it is not yours.',
}

export const invitationOver: InvitationOver = {
  __typename: 'InvitationOver',
  code: 'INVITATION_OVER',
  message: 'The invitation has expired, or was answered or revoked already.',
}

export const inviteLinkNotFound: InviteLinkNotFound = {
  __typename: 'InviteLinkNotFound',
  code: 'INVITE_LINK_NOT_FOUND',
  message: 'The link leads nowhere: it may have expired, been used up or revoked.',
}

export const alreadyMember: AlreadyMember = {
  __typename: 'AlreadyMember',
  code: 'ALREADY_MEMBER',
  message: 'The person is a member of the room already.',
}
