import { Inbox } from '@gravity/shared/events/inbox'
import { Outbox, type OutboxOptions } from '@gravity/shared/events/outbox'
import { ExportReader } from '@gravity/shared/people/export-reader'
import type { EntityManager } from 'typeorm'
import { type DraftReads, DraftRepository } from './drafts/draft.repository.ts'
import { ErasureRepository } from './erasure/erasure.repository.ts'
import { type IgnoreReads, IgnoreRepository } from './ignores/ignore.repository.ts'
import { type InboxReads, InboxRepository } from './inbox/inbox.repository.ts'
import { type MessageReads, MessageRepository } from './messages/message.repository.ts'
import {
  type AttentionReads,
  AttentionRepository,
} from './notification-levels/attention.repository.ts'
import { type KnownPeopleReads, KnownPeopleRepository } from './people/known-people.repository.ts'
import { type SettingsReads, SettingsRepository } from './people/settings.repository.ts'
import { type PinReads, PinRepository } from './pins/pin.repository.ts'
import {
  type AcquaintanceReads,
  AcquaintanceRepository,
} from './presence/acquaintance.repository.ts'
import { type ReactionReads, ReactionRepository } from './reactions/reaction.repository.ts'
import { type ReadMarkerReads, ReadMarkerRepository } from './receipts/read-marker.repository.ts'
import { type RevisionReads, RevisionRepository } from './revisions/revision.repository.ts'
import { type MembershipReads, MembershipRepository } from './rooms/membership.repository.ts'
import { type RoomReads, RoomRepository } from './rooms/room.repository.ts'
import { createRoomStore, type RoomStore, type RoomStoreReads } from './rooms/room-store.ts'
import {
  type MessageSearchReads,
  MessageSearchRepository,
} from './search/message-search.repository.ts'
import { type ThreadReads, ThreadRepository } from './threads/thread.repository.ts'

export interface ChatStore extends RoomStore {
  readonly rooms: RoomRepository
  readonly memberships: MembershipRepository
  readonly messages: MessageRepository
  readonly threads: ThreadRepository
  readonly revisions: RevisionRepository
  readonly reactions: ReactionRepository
  readonly pins: PinRepository
  readonly readMarkers: ReadMarkerRepository
  readonly drafts: DraftRepository
  readonly people: KnownPeopleRepository
  readonly settings: SettingsRepository
  readonly attention: AttentionRepository
  readonly ignores: IgnoreRepository
  readonly erasure: ErasureRepository
  readonly exports: ExportReader
  readonly outbox: Outbox
  readonly inbox: Inbox
}

export interface ChatReads extends RoomStoreReads {
  readonly rooms: RoomReads
  readonly memberships: MembershipReads
  readonly messages: MessageReads
  readonly threads: ThreadReads
  readonly revisions: RevisionReads
  readonly reactions: ReactionReads
  readonly pins: PinReads
  readonly readMarkers: ReadMarkerReads
  readonly drafts: DraftReads
  readonly people: KnownPeopleReads
  readonly settings: SettingsReads
  readonly attention: AttentionReads
  readonly ignores: IgnoreReads
  readonly inboxes: InboxReads
  readonly acquaintances: AcquaintanceReads
  readonly search: MessageSearchReads
}

export function createChatStore(
  manager: EntityManager,
  options: OutboxOptions,
): ChatStore & ChatReads {
  return {
    ...createRoomStore(manager),
    rooms: new RoomRepository(manager),
    memberships: new MembershipRepository(manager),
    messages: new MessageRepository(manager),
    threads: new ThreadRepository(manager),
    revisions: new RevisionRepository(manager),
    reactions: new ReactionRepository(manager),
    pins: new PinRepository(manager),
    readMarkers: new ReadMarkerRepository(manager),
    drafts: new DraftRepository(manager),
    people: new KnownPeopleRepository(manager),
    settings: new SettingsRepository(manager),
    attention: new AttentionRepository(manager),
    ignores: new IgnoreRepository(manager),
    inboxes: new InboxRepository(manager),
    acquaintances: new AcquaintanceRepository(manager),
    search: new MessageSearchRepository(manager),
    erasure: new ErasureRepository(manager),
    exports: new ExportReader(manager),
    outbox: new Outbox(manager, options),
    inbox: new Inbox(manager),
  }
}
