import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import { ChatLoaders } from './chat-loaders.ts'
import type { LiveMessages } from './live/live-messages.ts'
import type { MessageService } from './messages/message.service.ts'
import type { RoomService } from './rooms/room.service.ts'
import type { ChatReads } from './store.ts'

/** What lives as long as the process. */
export interface ChatServices {
  readonly rooms: RoomService
  readonly messages: MessageService
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
