import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { textFault } from '@gravity/shared/graphql/text'
import { parseDisplayName } from '@gravity/shared/people/display-name'
import type { JoinRule, RoomHistory, RoomKind, RoomRow } from './room.entity.ts'

export interface NewRoom {
  readonly kind?: RoomKind | null | undefined
  readonly name?: string | null | undefined
  readonly topic?: string | null | undefined
  readonly description?: string | null | undefined
  readonly history?: RoomHistory | null | undefined
  readonly memberIds?: readonly string[] | undefined
}

/** How a room is to be set up. */
export type RoomPlan = Pick<
  RoomRow,
  'kind' | 'name' | 'topic' | 'description' | 'history' | 'joinRule'
>

const longestTopic = 250
const longestDescription = 2_000

export const invalidName = invalidInput(
  'name',
  'A room’s name has 1 to 80 characters and no line breaks.',
)

export const nameless = invalidInput('name', 'A channel has a name.')
const notOpened = invalidInput('kind', 'A direct room is opened by `openDirectRoom`.')
const worldOnly = invalidInput('history', 'Only a channel can be read by everybody.')

export function parseNewRoom(input: NewRoom): RoomPlan | InvalidInput {
  const kind = input.kind ?? 'group'
  if (kind === 'direct') return notOpened
  const name = input.name == null ? null : parseDisplayName(input.name)
  if (name === undefined) return invalidName
  if (kind === 'channel' && name === null) return nameless
  const topic = parseTopic(input.topic)
  if (topic !== null && typeof topic === 'object') return topic
  const description = parseDescription(input.description)
  if (description !== null && typeof description === 'object') return description
  const history = input.history ?? 'all'
  const joinRule: JoinRule = kind === 'channel' ? 'open' : 'invite'
  return historyFault(kind, history) ?? { kind, name, topic, description, history, joinRule }
}

/** One line about what the room is for; empty is none. */
export function parseTopic(given: string | null | undefined): string | null | InvalidInput {
  const topic = given?.trim() ?? ''
  if (topic === '') return null
  return isTooLong(topic, longestTopic) || /\p{Cc}/u.test(topic)
    ? invalidInput('topic', 'A room’s topic has at most 250 characters and no line breaks.')
    : topic
}

export function parseDescription(given: string | null | undefined): string | null | InvalidInput {
  const description = given?.trim() ?? ''
  if (description === '') return null
  return isTooLong(description, longestDescription)
    ? invalidInput('description', 'A room’s description has at most 2,000 characters.')
    : description
}

export function historyFault(kind: RoomKind, history: RoomHistory): InvalidInput | undefined {
  return history === 'world' && kind !== 'channel' ? worldOnly : undefined
}

/** PostgreSQL counts characters, not UTF-16 code units. */
function isTooLong(text: string, longest: number): boolean {
  return textFault(text) !== null || text.length > 2 * longest || [...text].length > longest
}
