import { openDatabase } from '@gravity/shared/database/open-database'
import { eventMigrations } from '@gravity/shared/events/event-migrations'
import { openEvents } from '@gravity/shared/events/open-events'
import { Arrivals } from '@gravity/shared/people/arrivals'
import type { Platform } from '@gravity/shared/platform/platform'
import { buildSubgraph } from '@gravity/shared/server/build-subgraph'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import { profileChangedConsumer, profileCreatedConsumer } from './consumers/profiles.ts'
import { createChatContext } from './context.ts'
import { seedDemoRooms } from './demo/seed-demo-rooms.ts'
import { DraftService } from './drafts/draft.service.ts'
import { LiveMessages } from './live/live-messages.ts'
import { RoomFeeds } from './live/room-feeds.ts'
import { RoomHints } from './live/room-hints.ts'
import { MessageEntity } from './messages/message.entity.ts'
import { MessageService } from './messages/message.service.ts'
import { MessageChanger } from './messages/message-changer.ts'
import { MessageEditor } from './messages/message-editor.ts'
import { CreateRooms1795000100000 } from './migrations/1795000100000-create-rooms.ts'
import { ChangeMessages1795000200000 } from './migrations/1795000200000-change-messages.ts'
import { ReadRooms1795000300000 } from './migrations/1795000300000-read-rooms.ts'
import { personKnownChannel } from './people/known-people.repository.ts'
import { KnownPeople } from './people/known-people.ts'
import { PinService } from './pins/pin.service.ts'
import { ReactionService } from './reactions/reaction.service.ts'
import { ReceiptService } from './receipts/receipt.service.ts'
import { resolvers } from './resolvers.ts'
import { MembershipEntity } from './rooms/membership.entity.ts'
import { RenameService } from './rooms/rename.service.ts'
import { RoleService } from './rooms/role.service.ts'
import { RoomEntity } from './rooms/room.entity.ts'
import { RoomService } from './rooms/room.service.ts'
import { type ChatReads, type ChatStore, createChatStore } from './store.ts'
import { TypingService } from './typing/typing.service.ts'

export async function createSubgraph(platform: Platform): Promise<Subgraph> {
  const { pubsub } = platform
  const newId = () => platform.newId()
  const now = () => platform.now()
  const log = platform.log.child({ service: 'chat' })
  const database = await openDatabase<ChatStore, ChatReads>({
    service: 'chat',
    url: platform.databaseUrl('chat'),
    entities: [RoomEntity, MembershipEntity, MessageEntity],
    migrations: [
      ...eventMigrations,
      CreateRooms1795000100000,
      ChangeMessages1795000200000,
      ReadRooms1795000300000,
    ],
    store: (manager) => createChatStore(manager, platform),
    log,
  })
  const { reads } = database
  const arrivals = new Arrivals({ patienceMs: 3_000, now })
  const listening = await database.listen(personKnownChannel, (id) => arrivals.arrived(id))
  const events = openEvents({
    service: 'chat',
    platform,
    database,
    consumers: [profileCreatedConsumer(), profileChangedConsumer()],
    log,
  })
  if (platform.seed === 'demo') await seedDemoRooms(database)

  const hints = new RoomHints({ pubsub, log })
  const feeds = new RoomFeeds({ reads, pubsub, log })
  const people = new KnownPeople({ reads: reads.people, arrivals })
  const changer = new MessageChanger({ database, hints })
  const services = {
    rooms: new RoomService({ database, people, hints, newId, now }),
    roles: new RoleService({ database, hints }),
    renaming: new RenameService({ database, hints }),
    messages: new MessageService({ database, hints, newId, now }),
    editor: new MessageEditor({ changer, now }),
    reactions: new ReactionService({ changer, now }),
    pins: new PinService({ changer, now }),
    receipts: new ReceiptService({ database, hints, now }),
    drafts: new DraftService({ database, now }),
    typing: new TypingService({ rooms: reads.rooms, hints, rateLimits: platform.rateLimits }),
    live: new LiveMessages({ rooms: reads.rooms, feeds }),
    reads,
  }
  return buildSubgraph({
    name: 'chat',
    sdlFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createChatContext(services, request),
    checks: {
      database: () => database.ping(),
      queues: () => platform.queues.ping(),
      pubsub: () => pubsub.ping(),
    },
    start: () => events.start(),
    async stop() {
      await feeds.close()
      await events.stop()
      await listening[Symbol.asyncDispose]()
      await database.close()
    },
  })
}
