import { Inbox } from '@gravity/shared/events/inbox'
import { Outbox, type OutboxOptions } from '@gravity/shared/events/outbox'
import type { EntityManager } from 'typeorm'
import { type ProfileReads, ProfileRepository } from './profiles/profile.repository.ts'

export interface UsersStore {
  readonly profiles: ProfileRepository
  readonly outbox: Outbox
  readonly inbox: Inbox
}

export interface UsersReads {
  readonly profiles: ProfileReads
}

export function createUsersStore(manager: EntityManager, options: OutboxOptions): UsersStore {
  return {
    profiles: new ProfileRepository(manager),
    outbox: new Outbox(manager, options),
    inbox: new Inbox(manager),
  }
}
