import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { textFault } from '@gravity/shared/graphql/text'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'

/** What is to be done to whom, as a client writes it. */
export interface PersonInRoom {
  readonly roomId: string
  readonly userId: string
  readonly reason?: string | null | undefined
  readonly expiresAt?: Date | null | undefined
}

export interface ParsedPersonInRoom {
  readonly roomId: string
  readonly userId: string
  readonly reason: string | null
  readonly expiresAt: Date | null
}

/** In lower case, and with an end that lies in the future. An id that is none stands for nobody. */
export function parsePersonInRoom(
  input: PersonInRoom,
  viewerId: string,
  at: Date,
): ParsedPersonInRoom | InvalidInput {
  const { expiresAt = null } = input
  const userId = input.userId.toLowerCase()
  if (!isUuid(userId)) return invalidInput('userId', 'Name the person by their id.')
  if (userId === viewerId) return invalidInput('userId', 'This cannot be done to oneself.')
  if (expiresAt && expiresAt <= at) return invalidInput('expiresAt', 'The end lies in the future.')
  const reason = parseNote(input.reason, { field: 'reason', longest: 500 })
  if (reason !== null && typeof reason === 'object') return reason
  return { roomId: input.roomId.toLowerCase(), userId, reason, expiresAt }
}

/** A remark of a moderator or reporter; empty is none. */
export function parseNote(
  given: string | null | undefined,
  { field, longest }: { readonly field: string; readonly longest: number },
): string | null | InvalidInput {
  const note = given?.trim() ?? ''
  if (note === '') return null
  return textFault(note) !== null || note.length > 2 * longest || [...note].length > longest
    ? invalidInput(field, `At most ${longest} characters.`)
    : note
}
