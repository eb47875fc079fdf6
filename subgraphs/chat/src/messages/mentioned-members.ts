import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import type { ChatStore } from '../store.ts'
import { type Mentioned, mostMentions } from './mentions.ts'

/**
 * The ids of those mentioned, who are members of the room and have no block between them and the author; needs the
 * room's lock. No statement when nobody is.
 */
export async function mentionedMembers(
  store: Pick<ChatStore, 'memberships'>,
  from: { readonly roomId: string; readonly authorId: string },
  mentioned: Mentioned,
): Promise<string[] | InvalidInput> {
  const { ids, usernames } = mentioned
  if (ids.length === 0 && usernames.length === 0) return []
  const members = new Set(await store.memberships.named(from, ids, usernames))
  if (ids.some((id) => !members.has(id))) {
    return invalidInput(
      'mentionIds',
      'Only members of the room can be mentioned, by those to whom they can be written.',
    )
  }
  return [...new Set([...ids, ...members])].slice(0, mostMentions)
}
