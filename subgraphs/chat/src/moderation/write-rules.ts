import { areApart, type PersonUnavailable, personUnavailable } from '../people/blocks.ts'
import type { RoomRow } from '../rooms/room.entity.ts'
import type { VisibleRoomRow } from '../rooms/room.repository.ts'
import { isPermitted } from '../rooms/room-permissions.ts'
import { type RoomArchived, roomArchived } from '../rooms/room-problems.ts'
import type { ChatStore } from '../store.ts'
import {
  type Muted,
  muted,
  type SlowMode,
  slowMode,
  type WordsRefused,
  wordsRefused,
} from './moderation-problems.ts'
import { filterText } from './word-filter.ts'

/** Who writes, and when. */
export interface Writing {
  readonly userId: string
  readonly at: Date
}

export type WriteProblem = RoomArchived | Muted | PersonUnavailable

/** The other person of a direct room; undefined in all other rooms. */
export function partnerIn(room: RoomRow, userId: string): string | undefined {
  const { directFirst, directSecond } = room
  return (directFirst === userId ? directSecond : directFirst) ?? undefined
}

export function isMuted(
  { mutedAt, muteExpiresAt }: Pick<VisibleRoomRow, 'mutedAt' | 'muteExpiresAt'>,
  at: Date,
): boolean {
  return mutedAt !== null && (muteExpiresAt === null || muteExpiresAt > at)
}

/** Why a member may write and react no more, or not now; undefined when they may. Within the room's lock. */
export async function writeFault(
  store: Pick<ChatStore, 'blocks'>,
  room: VisibleRoomRow,
  { userId, at }: Writing,
): Promise<WriteProblem | undefined> {
  if (room.archivedAt) return roomArchived
  if (isMuted(room, at)) return muted(room.muteExpiresAt)
  const partner = partnerIn(room, userId)
  const isApart = partner !== undefined && (await areApart(store, userId, partner))
  return isApart ? personUnavailable : undefined
}

/** The text as the room takes it. */
export interface AcceptedText {
  readonly body: string
  /** A filter wants a moderator to look at it. */
  readonly isFlagged: boolean
}

/** What the room's word filters make of a text. No statement in a room without filters. */
export async function filterBody(
  store: Pick<ChatStore, 'wordFilters'>,
  room: RoomRow,
  body: string,
): Promise<AcceptedText | WordsRefused> {
  if (room.filterCount === 0) return { body, isFlagged: false }
  const verdict = filterText(body, await store.wordFilters.ofRoom(room.id))
  return verdict.rejected.length > 0 ? wordsRefused(verdict.rejected) : verdict
}

/**
 * Takes a member's turn in a room in slow mode: one conditional statement decides it, in the transaction of the message.
 * Who may end the mode need not wait.
 */
export async function paceFault(
  store: Pick<ChatStore, 'memberships'>,
  room: VisibleRoomRow,
  { userId, at }: Writing,
): Promise<SlowMode | undefined> {
  const { slowModeSeconds, viewerRole, pacedAt } = room
  if (slowModeSeconds === 0 || isPermitted(viewerRole, 'SET_SLOW_MODE')) return undefined
  const pace = { userId, at, seconds: slowModeSeconds }
  if (await store.memberships.takeTurn(room.id, pace)) return undefined
  const waited = (at.getTime() - (pacedAt ?? at).getTime()) / 1_000
  return slowMode(Math.max(1, Math.ceil(slowModeSeconds - waited)))
}
