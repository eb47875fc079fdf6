import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import { ChatLoaders } from './chat-loaders.ts'
import type { DraftService } from './drafts/draft.service.ts'
import type { IgnoreService } from './ignores/ignore.service.ts'
import type { InboxService } from './inbox/inbox.service.ts'
import type { JoinedReads } from './joined-reads.ts'
import type { LiveMessages } from './live/live-messages.ts'
import type { MessageService } from './messages/message.service.ts'
import type { MessageEditor } from './messages/message-editor.ts'
import type { AttentionService } from './notification-levels/attention.service.ts'
import type { SettingsService } from './people/settings.service.ts'
import type { PinService } from './pins/pin.service.ts'
import type { PresenceService } from './presence/presence.service.ts'
import type { ReactionService } from './reactions/reaction.service.ts'
import type { ReceiptService } from './receipts/receipt.service.ts'
import { RoomLists } from './rooms/room-lists.ts'
import type { RoomServices } from './rooms/room-services.ts'
import type { ChatReads } from './store.ts'
import type { TypingService } from './typing/typing.service.ts'

/** What lives as long as the process. */
export interface ChatServices extends RoomServices {
  readonly messages: MessageService
  readonly editor: MessageEditor
  readonly reactions: ReactionService
  readonly pins: PinService
  readonly receipts: ReceiptService
  readonly drafts: DraftService
  readonly typing: TypingService
  readonly live: LiveMessages
  readonly inboxes: InboxService
  readonly presence: PresenceService
  readonly settings: SettingsService
  readonly attention: AttentionService
  readonly ignoring: IgnoreService
  readonly now: () => Date
  readonly reads: ChatReads
  readonly joined: JoinedReads
}

export interface ChatContext extends ChatServices {
  readonly viewer: Viewer | null
  readonly loaders: ChatLoaders
  readonly lists: RoomLists
  readonly signal: AbortSignal
}

export function createChatContext(
  services: ChatServices,
  request: { readonly identity: RequestIdentity; readonly signal: AbortSignal },
): ChatContext {
  const { viewer } = request.identity
  return {
    ...services,
    viewer,
    loaders: new ChatLoaders(services, viewer),
    lists: new RoomLists({ ...services, viewer }),
    signal: request.signal,
  }
}
