import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import type { ChatStore } from '../store.ts'
import { type Mentioned, mostMentions } from './mentions.ts'

/** The ids of those mentioned, who are members of the room; needs the room's lock. No statement when nobody is. */
export async function mentionedMembers(
  store: Pick<ChatStore, 'memberships'>,
  roomId: string,
  mentioned: Mentioned,
): Promise<string[] | InvalidInput> {
  const { ids, usernames } = mentioned
  if (ids.length === 0 && usernames.length === 0) return []
  const members = new Set(await store.memberships.named(roomId, ids, usernames))
  if (ids.some((id) => !members.has(id))) {
    return invalidInput('mentionIds', 'Only members of the room can be mentioned.')
  }
  return [...new Set([...ids, ...members])].slice(0, mostMentions)
}
