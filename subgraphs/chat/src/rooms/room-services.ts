import type { Database } from '@gravity/shared/database/open-database'
import type { Platform } from '@gravity/shared/platform/platform'
import type { InboxHints } from '../inbox/inbox-hints.ts'
import { AnswerService } from '../invitations/answer.service.ts'
import { InvitationService } from '../invitations/invitation.service.ts'
import { InviteLinkService } from '../invitations/invite-link.service.ts'
import type { RoomHints } from '../live/room-hints.ts'
import { FilterService } from '../moderation/filter.service.ts'
import { ModerationService } from '../moderation/moderation.service.ts'
import { ReportService } from '../moderation/report.service.ts'
import { ReportJudge } from '../moderation/report-judge.ts'
import type { KnownPeople } from '../people/known-people.ts'
import { RetentionService } from '../retention/retention.service.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { DirectService } from './direct.service.ts'
import { JoinService } from './join.service.ts'
import { RenameService } from './rename.service.ts'
import { RoleService } from './role.service.ts'
import { RoomService } from './room.service.ts'
import { RoomLimits } from './room-limits.ts'
import { RoomSettingsService } from './room-settings.service.ts'

export interface RoomServicesOptions {
  readonly platform: Platform
  readonly database: Database<ChatStore, ChatReads>
  readonly people: KnownPeople
  readonly hints: RoomHints
  readonly inboxHints: InboxHints
}

/** Who is in which room as what, and what is not wanted there. */
export interface RoomServices {
  readonly rooms: RoomService
  readonly roles: RoleService
  readonly renaming: RenameService
  readonly roomSettings: RoomSettingsService
  readonly direct: DirectService
  readonly joining: JoinService
  readonly invitations: InvitationService
  readonly answers: AnswerService
  readonly inviteLinks: InviteLinkService
  readonly moderation: ModerationService
  readonly filters: FilterService
  readonly reports: ReportService
  readonly judge: ReportJudge
  readonly retention: RetentionService
}

export function createRoomServices(options: RoomServicesOptions): RoomServices {
  const { platform, database, people, hints, inboxHints } = options
  const newId = () => platform.newId()
  const now = () => platform.now()
  const limits = new RoomLimits(platform.rateLimits)
  const deps = { database, people, hints, inboxHints, limits, newId, now }
  const moderation = new ModerationService(deps)
  return {
    rooms: new RoomService(deps),
    roles: new RoleService(deps),
    renaming: new RenameService(deps),
    roomSettings: new RoomSettingsService(deps),
    direct: new DirectService(deps),
    joining: new JoinService(deps),
    invitations: new InvitationService(deps),
    answers: new AnswerService(deps),
    inviteLinks: new InviteLinkService(deps),
    moderation,
    filters: new FilterService(deps),
    reports: new ReportService(deps),
    judge: new ReportJudge({ ...deps, moderation }),
    retention: new RetentionService(deps),
  }
}
