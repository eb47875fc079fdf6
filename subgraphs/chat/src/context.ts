import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import { ChatLoaders } from './chat-loaders.ts'
import type { DraftService } from './drafts/draft.service.ts'
import type { LiveMessages } from './live/live-messages.ts'
import type { MessageService } from './messages/message.service.ts'
import type { MessageEditor } from './messages/message-editor.ts'
import type { PinService } from './pins/pin.service.ts'
import type { ReactionService } from './reactions/reaction.service.ts'
import type { ReceiptService } from './receipts/receipt.service.ts'
import type { RenameService } from './rooms/rename.service.ts'
import type { RoleService } from './rooms/role.service.ts'
import type { RoomService } from './rooms/room.service.ts'
import type { ChatReads } from './store.ts'
import type { TypingService } from './typing/typing.service.ts'

/** What lives as long as the process. */
export interface ChatServices {
  readonly rooms: RoomService
  readonly roles: RoleService
  readonly renaming: RenameService
  readonly messages: MessageService
  readonly editor: MessageEditor
  readonly reactions: ReactionService
  readonly pins: PinService
  readonly receipts: ReceiptService
  readonly drafts: DraftService
  readonly typing: TypingService
  readonly live: LiveMessages
  readonly reads: ChatReads
}

export interface ChatContext extends ChatServices {
  readonly viewer: Viewer | null
  readonly loaders: ChatLoaders
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
    loaders: new ChatLoaders(services.reads, viewer),
    signal: request.signal,
  }
}
