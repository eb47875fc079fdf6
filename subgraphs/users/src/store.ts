import { Inbox } from '@gravity/shared/events/inbox'
import { Outbox, type OutboxOptions } from '@gravity/shared/events/outbox'
import type { EntityManager } from 'typeorm'
import { type ActivityReads, ActivityRepository } from './feed/activity.repository.ts'
import {
  createPersonalStore,
  type PersonalReads,
  type PersonalStore,
} from './personal/personal-store.ts'
import { type PreferenceReads, PreferenceRepository } from './preferences/preference.repository.ts'
import { type PrivacyReads, PrivacyRepository } from './privacy/privacy.repository.ts'
import { type ProfileReads, ProfileRepository } from './profiles/profile.repository.ts'
import { type BlockReads, BlockRepository } from './relations/block.repository.ts'
import { type FollowReads, FollowRepository } from './relations/follow.repository.ts'
import { type MuteReads, MuteRepository } from './relations/mute.repository.ts'
import { type RelationReads, RelationRepository } from './relations/relation.repository.ts'
import { type StatisticsReads, StatisticsRepository } from './statistics/statistics.repository.ts'

export interface UsersStore extends PersonalStore {
  readonly profiles: ProfileRepository
  readonly preferences: PreferenceRepository
  readonly privacy: PrivacyRepository
  readonly relations: RelationRepository
  readonly follows: FollowRepository
  readonly blocks: BlockRepository
  readonly mutes: MuteRepository
  readonly activities: ActivityRepository
  readonly statistics: StatisticsRepository
  readonly outbox: Outbox
  readonly inbox: Inbox
}

export interface UsersReads extends PersonalReads {
  readonly profiles: ProfileReads
  readonly preferences: PreferenceReads
  readonly privacy: PrivacyReads
  readonly relations: RelationReads
  readonly follows: FollowReads
  readonly blocks: BlockReads
  readonly mutes: MuteReads
  readonly activities: ActivityReads
  readonly statistics: StatisticsReads
}

export function createUsersStore(manager: EntityManager, options: OutboxOptions): UsersStore {
  return {
    ...createPersonalStore(manager),
    profiles: new ProfileRepository(manager),
    preferences: new PreferenceRepository(manager),
    privacy: new PrivacyRepository(manager),
    relations: new RelationRepository(manager),
    follows: new FollowRepository(manager),
    blocks: new BlockRepository(manager),
    mutes: new MuteRepository(manager),
    activities: new ActivityRepository(manager),
    statistics: new StatisticsRepository(manager),
    outbox: new Outbox(manager, options),
    inbox: new Inbox(manager),
  }
}
