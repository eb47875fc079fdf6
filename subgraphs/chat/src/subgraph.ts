import { type Database, openDatabase } from '@gravity/shared/database/open-database'
import { chatExportPart } from '@gravity/shared/events/contracts/chat'
import { eventMigrations } from '@gravity/shared/events/event-migrations'
import { openEvents } from '@gravity/shared/events/open-events'
import { openJobs } from '@gravity/shared/jobs/open-jobs'
import type { Logger } from '@gravity/shared/log/logger'
import { answerExportConsumer } from '@gravity/shared/people/answer-export'
import { Arrivals } from '@gravity/shared/people/arrivals'
import type { Platform } from '@gravity/shared/platform/platform'
import { buildSubgraph } from '@gravity/shared/server/build-subgraph'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import { personBlockedConsumer, personUnblockedConsumer } from './consumers/blocks.ts'
import { peopleToldConsumer } from './consumers/people-told.ts'
import { profileChangedConsumer, profileCreatedConsumer } from './consumers/profiles.ts'
import { createChatContext } from './context.ts'
import { seedDemoRooms } from './demo/seed-demo-rooms.ts'
import { erasePersonConsumer } from './erasure/erase-person.ts'
import { exportSections } from './erasure/export-sections.ts'
import { InboxHints } from './inbox/inbox-hints.ts'
import { createJoinedReads } from './joined-reads.ts'
import { LiveMessages } from './live/live-messages.ts'
import { RoomFeeds } from './live/room-feeds.ts'
import { RoomHints } from './live/room-hints.ts'
import { MessageEntity } from './messages/message.entity.ts'
import { createMessageServices } from './messages/message-services.ts'
import { CreateRooms1795000100000 } from './migrations/1795000100000-create-rooms.ts'
import { ChangeMessages1795000200000 } from './migrations/1795000200000-change-messages.ts'
import { ReadRooms1795000300000 } from './migrations/1795000300000-read-rooms.ts'
import { ForgetPeople1795000600030 } from './migrations/1795000600030-forget-people.ts'
import { personalMigrations } from './migrations/personal-migrations.ts'
import { roomMigrations } from './migrations/room-migrations.ts'
import { personKnownChannel } from './people/known-people.repository.ts'
import { KnownPeople } from './people/known-people.ts'
import { requestPeople } from './people/people-request.ts'
import { createPersonalServices } from './personal-services.ts'
import { openBoard } from './presence/open-board.ts'
import { resolvers } from './resolvers.ts'
import { removeOldMessagesJob } from './retention/remove-old-messages.ts'
import { MembershipEntity } from './rooms/membership.entity.ts'
import { RoomEntity } from './rooms/room.entity.ts'
import { createRoomServices } from './rooms/room-services.ts'
import { type ChatReads, type ChatStore, createChatStore } from './store.ts'

/** What chat learns from others. */
const consumers = [
  profileCreatedConsumer(),
  profileChangedConsumer(),
  personBlockedConsumer(),
  personUnblockedConsumer(),
  peopleToldConsumer(),
  answerExportConsumer<ChatStore>(chatExportPart, exportSections),
]

export async function createSubgraph(platform: Platform): Promise<Subgraph> {
  const { pubsub } = platform
  const now = () => platform.now()
  const log = platform.log.child({ service: 'chat' })
  const database = await openChatDatabase(platform, log)
  const { reads } = database
  const arrivals = new Arrivals({ patienceMs: 3_000, now })
  const listening = await database.listen(personKnownChannel, (id) => arrivals.arrived(id))
  const events = openEvents({
    service: 'chat',
    platform,
    database,
    consumers: [...consumers, erasePersonConsumer(now)],
    log,
  })
  if (platform.seed === 'demo') await seedDemoRooms(database)

  await requestPeople({ database, newId: () => platform.newId(), now })

  const hints = new RoomHints({ pubsub, log })
  const inboxHints = new InboxHints({ pubsub, log })
  const board = openBoard({ platform, settings: reads.settings, log })
  const feeds = new RoomFeeds({ reads, pubsub, log })
  const people = new KnownPeople({ reads: reads.people, arrivals })
  const live = new LiveMessages({ rooms: reads.rooms, feeds })
  const about = { platform, database, people, hints, inboxHints, board, live, log }
  const personal = createPersonalServices(about)
  const roomServices = createRoomServices(about)
  const jobs = openJobs({
    service: 'chat',
    platform,
    jobs: [removeOldMessagesJob()],
    context: roomServices,
    log,
  })
  const services = {
    ...roomServices,
    ...createMessageServices(about),
    live,
    ...personal.services,
    reads,
    joined: createJoinedReads(reads),
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
    async start() {
      board.start()
      await events.start()
      await jobs.start()
    },
    async stop() {
      await Promise.all([feeds.close(), personal.close(), board.stop()])
      await jobs.stop()
      await events.stop()
      await listening[Symbol.asyncDispose]()
      await database.close()
    },
  })
}

function openChatDatabase(
  platform: Platform,
  log: Logger,
): Promise<Database<ChatStore, ChatReads>> {
  return openDatabase<ChatStore, ChatReads>({
    service: 'chat',
    url: platform.databaseUrl('chat'),
    entities: [RoomEntity, MembershipEntity, MessageEntity],
    migrations: [
      ...eventMigrations,
      CreateRooms1795000100000,
      ChangeMessages1795000200000,
      ReadRooms1795000300000,
      ...roomMigrations,
      ...personalMigrations,
      ForgetPeople1795000600030,
    ],
    store: (manager) => createChatStore(manager, platform),
    log,
  })
}
