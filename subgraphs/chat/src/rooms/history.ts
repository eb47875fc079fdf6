/**
 * Terminology
 * - History: the messages of a room that a member may read. It begins after the sequence that was the latest one when
 *   the member came, where the room shows its past to nobody who was not there, and else at the beginning.
 */

import type { RoomRow } from './room.entity.ts'

/** The sequence after which a member reads a room: what they may know, and nothing before. */
export function visibleSince(member: { readonly visibleAfter: number }): number {
  return member.visibleAfter
}

/** What `visibleSince` will be of somebody who joins now. Within the room's lock. */
export function visibleToNewcomers(room: Pick<RoomRow, 'history' | 'latestSequence'>): number {
  return room.history === 'since_joined' ? room.latestSequence : 0
}

/** Whether somebody reads a message of their room. */
export function isVisible(
  message: { readonly sequence: number },
  member: { readonly visibleAfter: number },
): boolean {
  return message.sequence > visibleSince(member)
}

/** The same as SQL: a condition over a message and its reader's row of the view `members`, both under their aliases. */
export function visibleTo(message: string, member: string): string {
  return `${message}.sequence > ${member}.visible_after`
}

/** From this sequence on a member has every message; before it only what was left when older ones were removed. */
export function completeFrom(
  room: Pick<RoomRow, 'removedThrough'> & { readonly visibleAfter: number },
): number {
  return Math.max(room.removedThrough, room.visibleAfter) + 1
}
