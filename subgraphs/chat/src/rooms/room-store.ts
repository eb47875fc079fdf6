import type { EntityManager } from 'typeorm'
import { type InvitationReads, InvitationRepository } from '../invitations/invitation.repository.ts'
import {
  type InviteLinkReads,
  InviteLinkRepository,
} from '../invitations/invite-link.repository.ts'
import { type BanReads, BanRepository } from '../moderation/ban.repository.ts'
import {
  type ModerationLogReads,
  ModerationLogRepository,
} from '../moderation/moderation-log.repository.ts'
import { type ReportReads, ReportRepository } from '../moderation/report.repository.ts'
import { type WordFilterReads, WordFilterRepository } from '../moderation/word-filter.repository.ts'
import { BlockRepository } from '../people/block.repository.ts'
import { type RetentionReads, RetentionRepository } from '../retention/retention.repository.ts'
import { type ChannelReads, ChannelRepository } from './channel.repository.ts'

/** The repositories of who comes into rooms and what is not wanted there. */
export interface RoomStore {
  readonly blocks: BlockRepository
  readonly invitations: InvitationRepository
  readonly inviteLinks: InviteLinkRepository
  readonly bans: BanRepository
  readonly wordFilters: WordFilterRepository
  readonly reports: ReportRepository
  readonly moderationLog: ModerationLogRepository
  readonly retention: RetentionRepository
}

export interface RoomStoreReads {
  readonly channels: ChannelReads
  readonly invitations: InvitationReads
  readonly inviteLinks: InviteLinkReads
  readonly bans: BanReads
  readonly wordFilters: WordFilterReads
  readonly reports: ReportReads
  readonly moderationLog: ModerationLogReads
  readonly retention: RetentionReads
}

export function createRoomStore(manager: EntityManager): RoomStore & RoomStoreReads {
  return {
    blocks: new BlockRepository(manager),
    channels: new ChannelRepository(manager),
    invitations: new InvitationRepository(manager),
    inviteLinks: new InviteLinkRepository(manager),
    bans: new BanRepository(manager),
    wordFilters: new WordFilterRepository(manager),
    reports: new ReportRepository(manager),
    moderationLog: new ModerationLogRepository(manager),
    retention: new RetentionRepository(manager),
  }
}
