import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { InboxHints } from '../inbox/inbox-hints.ts'
import type { NotificationLevel } from '../notification-levels/attention.ts'
import type { PresenceBoard } from '../presence/presence-board.ts'
import { parseEmoji } from '../reactions/emoji.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { SettingsPatch, SettingsRow } from './settings.repository.ts'

export interface SettingsServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly inboxHints: InboxHints
  readonly board: Pick<PresenceBoard, 'changed'>
  readonly now: () => Date
}

/** Absent, or null, means unchanged. */
export interface WantedSettings {
  readonly notificationLevel?: NotificationLevel | undefined
  readonly receiptsArePrivate?: boolean | null | undefined
  readonly isInvisible?: boolean | null | undefined
  readonly sharesLastActive?: boolean | null | undefined
}

export interface NewStatus {
  readonly text?: string | null | undefined
  readonly emoji?: string | null | undefined
  readonly expiresAt?: Date | null | undefined
}

const longestStatus = 100

/** What people want of chat, and what they say of themselves. */
export class SettingsService {
  readonly #deps: SettingsServiceDeps

  constructor(deps: SettingsServiceDeps) {
    this.#deps = deps
  }

  async change({ userId }: Viewer, wanted: WantedSettings): Promise<SettingsRow> {
    const { inboxHints, board } = this.#deps
    const settings = await this.#store(userId, {
      ...(wanted.notificationLevel && { notificationLevel: wanted.notificationLevel }),
      ...(wanted.receiptsArePrivate != null && { receiptsArePrivate: wanted.receiptsArePrivate }),
      ...(wanted.isInvisible != null && { isInvisible: wanted.isInvisible }),
      ...(wanted.sharesLastActive != null && { sharesLastActive: wanted.sharesLastActive }),
    })
    if (wanted.notificationLevel) inboxHints.attentionChanged(userId)
    if (wanted.isInvisible != null || wanted.sharesLastActive != null) board.changed(userId)
    return settings
  }

  /** The status takes the place of the one before; without text and emoji there is none. */
  async setStatus({ userId }: Viewer, input: NewStatus): Promise<SettingsRow | InvalidInput> {
    const { board, now } = this.#deps
    const statusText = input.text?.normalize('NFC').trim() || null
    if (statusText && ([...statusText].length > longestStatus || /[\r\n]/.test(statusText))) {
      return invalidInput('text', 'A status has at most 100 characters and no line breaks.')
    }
    const statusEmoji = input.emoji ? parseEmoji(input.emoji) : null
    if (statusEmoji === undefined) {
      return invalidInput('emoji', 'A status has exactly one emoji, or none.')
    }
    const statusExpiresAt = input.expiresAt ?? null
    if (statusExpiresAt && statusExpiresAt <= now()) {
      return invalidInput('expiresAt', 'A status ends in the future.')
    }
    const isNone = statusText === null && statusEmoji === null
    const settings = await this.#store(userId, {
      statusText,
      statusEmoji,
      statusExpiresAt: isNone ? null : statusExpiresAt,
    })
    board.changed(userId)
    return settings
  }

  #store(userId: string, patch: SettingsPatch): Promise<SettingsRow> {
    return this.#deps.database.transaction((store) => store.settings.change(userId, patch))
  }
}
