import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { type TooManyMembers, tooManyMembers } from './room-problems.ts'

/** How many members a room may have; the database refuses more. */
export const maximumMembers = 2_000

/** The people to bring into a room: each once, in lower case, without the viewer. */
export function parsePeople(
  ids: readonly string[],
  viewerId: string,
): string[] | InvalidInput | TooManyMembers {
  const foreign = ids.find((id) => !isUuid(id))
  if (foreign !== undefined) {
    const shown = [...foreign].slice(0, 40).join('')
    return invalidInput('memberIds', `“${shown}” is not the id of a person.`)
  }
  const people = new Set(ids.map((id) => id.toLowerCase()))
  people.delete(viewerId)
  if (people.size >= maximumMembers) return tooManyMembers(maximumMembers)
  return [...people]
}
