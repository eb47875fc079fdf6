import type { MembershipRole } from './membership.entity.ts'
import { type PermissionRequired, permissionRequired } from './room-problems.ts'

/** Who may do what in a room: the one table of it. What is not here every member may. */
const holders = {
  ADD_MEMBERS: ['owner'],
  CHANGE_ROLES: ['owner'],
  RENAME_ROOM: ['owner', 'moderator'],
  CHANGE_SETTINGS: ['owner'],
  ARCHIVE_ROOM: ['owner'],
  INVITE_PEOPLE: ['owner', 'moderator'],
  REDACT_MESSAGES: ['owner', 'moderator'],
  PIN_MESSAGES: ['owner', 'moderator'],
  MENTION_ROOM: ['owner', 'moderator'],
  REMOVE_MEMBERS: ['owner', 'moderator'],
  BAN_PEOPLE: ['owner', 'moderator'],
  MUTE_MEMBERS: ['owner', 'moderator'],
  SET_SLOW_MODE: ['owner', 'moderator'],
  FILTER_WORDS: ['owner', 'moderator'],
  REVIEW_REPORTS: ['owner', 'moderator'],
} as const satisfies Record<string, readonly MembershipRole[]>

export type RoomPermission = keyof typeof holders

// The keys of an object literal are exactly its type's.
const permissions = Object.keys(holders) as RoomPermission[]

export function permissionsOf(role: MembershipRole): RoomPermission[] {
  return permissions.filter((permission) => isPermitted(role, permission))
}

export function isPermitted(role: MembershipRole, permission: RoomPermission): boolean {
  const roles: readonly MembershipRole[] = holders[permission]
  return roles.includes(role)
}

/** The problem of somebody whose role does not permit it; undefined when it does. */
export function permissionFault(
  role: MembershipRole,
  permission: RoomPermission,
): PermissionRequired | undefined {
  return isPermitted(role, permission) ? undefined : permissionRequired(permission)
}
