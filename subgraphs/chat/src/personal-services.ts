import type { Database } from '@gravity/shared/database/open-database'
import type { Logger } from '@gravity/shared/log/logger'
import type { Platform } from '@gravity/shared/platform/platform'
import type { ChatServices } from './context.ts'
import { IgnoreService } from './ignores/ignore.service.ts'
import { InboxService } from './inbox/inbox.service.ts'
import type { InboxHints } from './inbox/inbox-hints.ts'
import { InboxHub } from './inbox/inbox-hub.ts'
import type { LiveMessages } from './live/live-messages.ts'
import { AttentionService } from './notification-levels/attention.service.ts'
import type { KnownPeople } from './people/known-people.ts'
import { SettingsService } from './people/settings.service.ts'
import { PresenceService } from './presence/presence.service.ts'
import type { PresenceBoard } from './presence/presence-board.ts'
import type { ChatReads, ChatStore } from './store.ts'

export interface PersonalServicesOptions {
  readonly platform: Platform
  readonly database: Database<ChatStore, ChatReads>
  readonly people: KnownPeople
  readonly live: LiveMessages
  readonly inboxHints: InboxHints
  readonly board: PresenceBoard
  readonly log: Logger
}

export type PersonalServices = Pick<
  ChatServices,
  'inboxes' | 'presence' | 'settings' | 'attention' | 'ignoring' | 'now'
>

/** What is about one person rather than one room. `close` sends the readers of inboxes away. */
export function createPersonalServices(options: PersonalServicesOptions): {
  readonly services: PersonalServices
  close(): Promise<void>
} {
  const { platform, database, people, live, inboxHints, board, log } = options
  const { pubsub, cache } = platform
  const { reads } = database
  const now = () => platform.now()
  const hub = new InboxHub({ reads, pubsub, now, log })
  const services = {
    inboxes: new InboxService({ hub, reads: reads.inboxes }),
    presence: new PresenceService({ board, acquaintances: reads.acquaintances, live, cache }),
    settings: new SettingsService({ database, inboxHints, board, now }),
    attention: new AttentionService({ database, inboxHints, now }),
    ignoring: new IgnoreService({ database, people, inboxHints, now }),
    now,
  }
  return { services, close: () => hub.close() }
}
