import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { RoomMention } from './message.entity.ts'

/** How many people a message may mention; names beyond it are plain text. */
export const mostMentions = 50

/** Whom a message speaks to, before it is known who of them is a member. */
export interface Mentioned {
  /** Named by id, in lower case: they must be members. */
  readonly ids: readonly string[]
  /** Written as `@name` in the text, in lower case: those that are no members' names are plain text. */
  readonly usernames: readonly string[]
  /** Written as `@everyone` or `@here`: the members together, if the author may call them. */
  readonly room: RoomMention | null
}

/** A name begins where no word or address goes on before the @. */
const written = /(?<![\p{L}\p{N}_@./-])@([a-z0-9_]{1,40})(?![\p{L}\p{N}_])/giu

export function parseMentions(
  body: string,
  givenIds: readonly string[] = [],
): Mentioned | InvalidInput {
  if (givenIds.some((id) => !isUuid(id))) {
    return invalidInput('mentionIds', 'Mention people by their ids.')
  }
  const ids = [...new Set(givenIds.map((id) => id.toLowerCase()))]
  if (ids.length > mostMentions) {
    return invalidInput('mentionIds', `A message mentions at most ${mostMentions} people.`)
  }
  const names = new Set<string>()
  for (const [, name = ''] of body.matchAll(written)) names.add(name.toLowerCase())
  const room = roomMentions.find((mention) => names.has(mention)) ?? null
  for (const mention of roomMentions) names.delete(mention)
  return { ids, usernames: [...names].slice(0, mostMentions), room }
}

/** The wider one first: it contains the other. */
const roomMentions = ['everyone', 'here'] as const satisfies readonly RoomMention[]
