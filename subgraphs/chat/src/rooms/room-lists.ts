import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { loadByKey, loadGroupsByKey } from '@gravity/shared/loaders/load-by-key'
import type { Page } from '@gravity/shared/pagination/connection'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type DataLoader from 'dataloader'
import { pageLoader } from '../chat-loaders.ts'
import type { InvitationKey, ShownInvitation } from '../invitations/invitation.repository.ts'
import type { InviteLinkRow } from '../invitations/invite-link.repository.ts'
import type { BanKey, BanRow } from '../moderation/ban.repository.ts'
import type { LogKey, ModerationLogRow } from '../moderation/moderation-log.repository.ts'
import type { ReportKey, ReportRow, ReportStatus } from '../moderation/report.repository.ts'
import type { WordFilterRow } from '../moderation/word-filter.repository.ts'
import type { ChatReads } from '../store.ts'
import type { ChannelRow } from './channel.repository.ts'

interface InRoom {
  readonly roomId: string
}

export interface RoomListsDeps {
  readonly reads: ChatReads
  readonly viewer: Viewer | null
  readonly now: () => Date
}

type Pages<Row> = Map<string, DataLoader<string, readonly Row[]>>

const keyOf = ({ roomId }: InRoom) => roomId

/** What is read of channels, and what the moderators of rooms read, in one request: one statement for all rooms that ask for the same. */
export class RoomLists {
  readonly #reads: ChatReads
  readonly #viewer: Viewer | null
  readonly #now: () => Date
  readonly #invitations: Pages<ShownInvitation> = new Map()
  readonly #links: Pages<InviteLinkRow> = new Map()
  readonly #bans: Pages<BanRow> = new Map()
  readonly #logs: Pages<ModerationLogRow> = new Map()
  readonly #reports = new Map<ReportStatus, Pages<ReportRow>>()
  #filters: DataLoader<string, readonly WordFilterRow[]> | undefined

  #channels: DataLoader<string, ChannelRow | null> | undefined

  constructor({ reads, viewer, now }: RoomListsDeps) {
    this.#reads = reads
    this.#viewer = viewer
    this.#now = now
  }

  /** A channel as everybody may know it; null when there is none. */
  async channel(id: string): Promise<ChannelRow | null> {
    const viewerId = this.#viewer?.userId
    if (viewerId === undefined || !isUuid(id)) return null
    this.#channels ??= loadByKey(
      (ids: readonly string[]) => this.#reads.channels.byIds(viewerId, ids),
      (row) => row.id,
    )
    return this.#channels.load(id.toLowerCase())
  }

  invitationsOf(roomId: string, page: Page<InvitationKey>): Promise<readonly ShownInvitation[]> {
    return pageLoader({ loaders: this.#invitations, page, keyOf }, (ids) =>
      this.#reads.invitations.pages(ids, this.#now(), page),
    ).load(roomId)
  }

  linksOf(roomId: string, page: Page<InvitationKey>): Promise<readonly InviteLinkRow[]> {
    return pageLoader({ loaders: this.#links, page, keyOf }, (ids) =>
      this.#reads.inviteLinks.pages(ids, page),
    ).load(roomId)
  }

  bansOf(roomId: string, page: Page<BanKey>): Promise<readonly BanRow[]> {
    return pageLoader({ loaders: this.#bans, page, keyOf }, (ids) =>
      this.#reads.bans.pages(ids, this.#now(), page),
    ).load(roomId)
  }

  logOf(roomId: string, page: Page<LogKey>): Promise<readonly ModerationLogRow[]> {
    return pageLoader({ loaders: this.#logs, page, keyOf }, (ids) =>
      this.#reads.moderationLog.pages(ids, page),
    ).load(roomId)
  }

  reportsOf(
    roomId: string,
    status: ReportStatus,
    page: Page<ReportKey>,
  ): Promise<readonly ReportRow[]> {
    const loaders = this.#reports.get(status) ?? new Map()
    this.#reports.set(status, loaders)
    return pageLoader({ loaders, page, keyOf }, (ids) =>
      this.#reads.reports.pages(ids, status, page),
    ).load(roomId)
  }

  filtersOf(roomId: string): Promise<readonly WordFilterRow[]> {
    this.#filters ??= loadGroupsByKey(
      (ids: readonly string[]) => this.#reads.wordFilters.ofRooms(ids),
      keyOf,
    )
    return this.#filters.load(roomId)
  }
}
