import type { RoomPermission } from './room-permissions.ts'

/** No such room, or not for this person: which of the two is never told. */
export interface RoomNotFound {
  readonly __typename: 'RoomNotFound'
  readonly code: 'ROOM_NOT_FOUND'
  readonly message: string
}

export interface OwnerRequired {
  readonly __typename: 'OwnerRequired'
  readonly code: 'OWNER_REQUIRED'
  readonly message: string
}

export interface UnknownPeople {
  readonly __typename: 'UnknownPeople'
  readonly code: 'UNKNOWN_PEOPLE'
  readonly message: string
  readonly personIds: readonly string[]
}

export interface TooManyMembers {
  readonly __typename: 'TooManyMembers'
  readonly code: 'TOO_MANY_MEMBERS'
  readonly message: string
  readonly limit: number
}

export const roomNotFound: RoomNotFound = {
  __typename: 'RoomNotFound',
  code: 'ROOM_NOT_FOUND',
  message: 'There is no such room, or you are not a member of it.',
}

export const ownerRequired: OwnerRequired = {
  __typename: 'OwnerRequired',
  code: 'OWNER_REQUIRED',
  message: 'Only an owner of the room may do this.',
}

export function unknownPeople(personIds: readonly string[]): UnknownPeople {
  const message =
    personIds.length === 1
      ? 'One of the people you named does not exist.'
      : `${personIds.length} of the people you named do not exist.`
  return { __typename: 'UnknownPeople', code: 'UNKNOWN_PEOPLE', message, personIds }
}

export function tooManyMembers(limit: number): TooManyMembers {
  const message = `A room has at most ${limit} members.`
  return { __typename: 'TooManyMembers', code: 'TOO_MANY_MEMBERS', message, limit }
}

/** The person's role in the room does not permit it. */
export interface PermissionRequired {
  readonly __typename: 'PermissionRequired'
  readonly code: 'PERMISSION_REQUIRED'
  readonly message: string
  readonly permission: RoomPermission
}

export function permissionRequired(permission: RoomPermission): PermissionRequired {
  const message = 'Your role in the room does not permit this.'
  return { __typename: 'PermissionRequired', code: 'PERMISSION_REQUIRED', message, permission }
}

/** The person named is not a member of the room. */
export interface MemberNotFound {
  readonly __typename: 'MemberNotFound'
  readonly code: 'MEMBER_NOT_FOUND'
  readonly message: string
}

/** A room with members always has an owner. */
export interface LastOwner {
  readonly __typename: 'LastOwner'
  readonly code: 'LAST_OWNER'
  readonly message: string
}

export const memberNotFound: MemberNotFound = {
  __typename: 'MemberNotFound',
  code: 'MEMBER_NOT_FOUND',
  message: 'The person is not a member of the room.',
}

export const lastOwner: LastOwner = {
  __typename: 'LastOwner',
  code: 'LAST_OWNER',
  message: 'This is the room’s only owner: make somebody else an owner first.',
}

/** The room is archived: it can be read, and nothing more. */
export interface RoomArchived {
  readonly __typename: 'RoomArchived'
  readonly code: 'ROOM_ARCHIVED'
  readonly message: string
}

/** Rooms of this kind do not have it. */
export interface WrongRoomKind {
  readonly __typename: 'WrongRoomKind'
  readonly code: 'WRONG_ROOM_KIND'
  readonly message: string
}

/** The room is not open to whoever wants to come. */
export interface InvitationRequired {
  readonly __typename: 'InvitationRequired'
  readonly code: 'INVITATION_REQUIRED'
  readonly message: string
}

export const roomArchived: RoomArchived = {
  __typename: 'RoomArchived',
  code: 'ROOM_ARCHIVED',
  message: 'The room is archived: it can be read, and nothing more.',
}

export function wrongRoomKind(message: string): WrongRoomKind {
  return { __typename: 'WrongRoomKind', code: 'WRONG_ROOM_KIND', message }
}

export const invitationRequired: InvitationRequired = {
  __typename: 'InvitationRequired',
  code: 'INVITATION_REQUIRED',
  message: 'One comes into this channel by an invitation.',
}
