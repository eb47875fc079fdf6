import { Inbox } from '@gravity/shared/events/inbox'
import { Outbox, type OutboxOptions } from '@gravity/shared/events/outbox'
import type { EntityManager } from 'typeorm'
import { type MessageReads, MessageRepository } from './messages/message.repository.ts'
import { type KnownPeopleReads, KnownPeopleRepository } from './people/known-people.repository.ts'
import { type MembershipReads, MembershipRepository } from './rooms/membership.repository.ts'
import { type RoomReads, RoomRepository } from './rooms/room.repository.ts'

export interface ChatStore {
  readonly rooms: RoomRepository
  readonly memberships: MembershipRepository
  readonly messages: MessageRepository
  readonly people: KnownPeopleRepository
  readonly outbox: Outbox
  readonly inbox: Inbox
}

export interface ChatReads {
  readonly rooms: RoomReads
  readonly memberships: MembershipReads
  readonly messages: MessageReads
  readonly people: KnownPeopleReads
}

export function createChatStore(manager: EntityManager, options: OutboxOptions): ChatStore {
  return {
    rooms: new RoomRepository(manager),
    memberships: new MembershipRepository(manager),
    messages: new MessageRepository(manager),
    people: new KnownPeopleRepository(manager),
    outbox: new Outbox(manager, options),
    inbox: new Inbox(manager),
  }
}
