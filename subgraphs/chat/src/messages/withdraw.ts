import { messageRedacted } from '@gravity/shared/events/contracts/chat'
import type { ChatStore } from '../store.ts'
import type { MessageRow } from './message.entity.ts'
import type { MessagePatch } from './message.repository.ts'

/** Who withdraws a message, when, and the version of the room's event that tells it. */
export interface Withdrawal {
  readonly by: string
  readonly at: Date
  readonly version: number
}

/** Takes away what is attached to a message, for good; the patch that it resolves to takes away the rest. */
export async function withdraw(
  store: ChatStore,
  { id, roomId, sequence, authorId }: MessageRow,
  { by, at, version }: Withdrawal,
): Promise<MessagePatch> {
  await store.revisions.forget(id)
  await store.reactions.forget(id)
  await store.outbox.add(messageRedacted, {
    aggregateId: roomId,
    aggregateVersion: version,
    payload: { roomId, messageId: id, sequence, authorId, redactedBy: by },
  })
  return {
    body: null,
    mentionIds: [],
    mentionsRoom: null,
    attachments: [],
    redactedAt: at,
    redactedBy: by,
    pinnedAt: null,
    pinnedBy: null,
  }
}
