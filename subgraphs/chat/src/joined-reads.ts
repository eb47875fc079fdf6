import { type JoinedRead, joinRequests } from '@gravity/shared/loaders/join-requests'
import { inOrderOf } from '@gravity/shared/loaders/load-by-key'
import type { MessageRow } from './messages/message.entity.ts'
import type { MessagePageKey } from './messages/message.repository.ts'
import type { MembershipKey, VisibleRoomRow } from './rooms/room.repository.ts'
import type { ChatReads } from './store.ts'

/** What so many requests read that those of one moment read it together. */
export interface JoinedReads {
  /** Null for who is no member. */
  readonly rooms: JoinedRead<MembershipKey, VisibleRoomRow | null>
  readonly messagePages: JoinedRead<MessagePageKey, readonly MessageRow[]>
}

export function createJoinedReads({
  rooms,
  messages,
}: Pick<ChatReads, 'rooms' | 'messages'>): JoinedReads {
  return {
    rooms: joinRequests({
      read: async (keys) => inOrderOf(keys.map(textOf), await rooms.visible(keys), textOf),
      textOf,
    }),
    messagePages: joinRequests({
      read: (keys) => messages.pages(keys),
      textOf: (key) => `${textOf(key)}:${key.before}:${key.limit}`,
    }),
  }
}

function textOf({ roomId, userId }: MembershipKey): string {
  return `${roomId}:${userId}`
}
