import type { Database } from '@gravity/shared/database/open-database'
import type { Platform } from '@gravity/shared/platform/platform'
import type { ChatServices } from '../context.ts'
import { DraftService } from '../drafts/draft.service.ts'
import type { InboxHints } from '../inbox/inbox-hints.ts'
import type { RoomHints } from '../live/room-hints.ts'
import { PinService } from '../pins/pin.service.ts'
import type { PresenceBoard } from '../presence/presence-board.ts'
import { ReactionService } from '../reactions/reaction.service.ts'
import { ReceiptService } from '../receipts/receipt.service.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { TypingService } from '../typing/typing.service.ts'
import { MessageService } from './message.service.ts'
import { MessageChanger } from './message-changer.ts'
import { MessageEditor } from './message-editor.ts'

export interface MessageServicesOptions {
  readonly platform: Platform
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly inboxHints: InboxHints
  readonly board: Pick<PresenceBoard, 'statusOf'>
}

export type MessageServices = Pick<
  ChatServices,
  'messages' | 'editor' | 'reactions' | 'pins' | 'receipts' | 'drafts' | 'typing'
>

/** What becomes of messages, from the first key that is pressed to the mark that they were read. */
export function createMessageServices(options: MessageServicesOptions): MessageServices {
  const { platform, database, hints, inboxHints, board } = options
  const newId = () => platform.newId()
  const now = () => platform.now()
  const isOnline = (userId: string) => board.statusOf(userId) === 'online'
  const changer = new MessageChanger({ database, hints })
  const { rooms } = database.reads
  return {
    messages: new MessageService({ database, hints, newId, now, isOnline }),
    editor: new MessageEditor({ changer, newId, now }),
    reactions: new ReactionService({ changer, now }),
    pins: new PinService({ changer, now }),
    receipts: new ReceiptService({ database, hints, inboxHints, now }),
    drafts: new DraftService({ database, now }),
    typing: new TypingService({ rooms, hints, rateLimits: platform.rateLimits, now }),
  }
}
