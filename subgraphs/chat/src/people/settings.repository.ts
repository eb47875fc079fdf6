import type { EntityManager } from 'typeorm'
import type { NotificationLevel } from '../notification-levels/attention.ts'

/** What a person wants of chat, everywhere. */
export interface SettingsRow {
  readonly userId: string
  readonly notificationLevel: NotificationLevel
  readonly receiptsArePrivate: boolean
  readonly isInvisible: boolean
  readonly sharesLastActive: boolean
  /** What they say of themselves; of no account once `statusExpiresAt` has passed. */
  readonly statusText: string | null
  readonly statusEmoji: string | null
  readonly statusExpiresAt: Date | null
}

export type SettingsPatch = Partial<Omit<SettingsRow, 'userId'>>

/** What everybody begins with. */
export const usualSettings: Omit<SettingsRow, 'userId'> = {
  notificationLevel: 'all',
  receiptsArePrivate: false,
  isInvisible: false,
  sharesLastActive: true,
  statusText: null,
  statusEmoji: null,
  statusExpiresAt: null,
}

export type SettingsReads = Pick<SettingsRepository, 'ofPeople' | 'invisibleAmong'>

const columns = `user_id as "userId", notification_level as "notificationLevel",
  receipts_are_private as "receiptsArePrivate", is_invisible as "isInvisible",
  shares_last_active as "sharesLastActive", status_text as "statusText",
  status_emoji as "statusEmoji", status_expires_at as "statusExpiresAt"`

export class SettingsRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** None for those who never wanted anything else than the usual. */
  ofPeople(userIds: readonly string[]): Promise<SettingsRow[]> {
    return this.#manager.query(`select ${columns} from settings where user_id = any($1)`, [userIds])
  }

  async invisibleAmong(userIds: readonly string[]): Promise<string[]> {
    const rows = await this.#manager.query<{ userId: string }[]>(
      'select user_id as "userId" from settings where user_id = any($1) and is_invisible',
      [userIds],
    )
    return rows.map((row) => row.userId)
  }

  /** What is left out stays. */
  async change(userId: string, patch: SettingsPatch): Promise<SettingsRow> {
    await this.#manager.query('insert into settings (user_id) values ($1) on conflict do nothing', [
      userId,
    ])
    const [before = { userId, ...usualSettings }] = await this.#manager.query<SettingsRow[]>(
      `select ${columns} from settings where user_id = $1 for update`,
      [userId],
    )
    const after = { ...before, ...patch }
    await this.#manager.query(
      `update settings set notification_level = $2, receipts_are_private = $3, is_invisible = $4,
         shares_last_active = $5, status_text = $6, status_emoji = $7, status_expires_at = $8
       where user_id = $1`,
      [
        userId,
        after.notificationLevel,
        after.receiptsArePrivate,
        after.isInvisible,
        after.sharesLastActive,
        after.statusText,
        after.statusEmoji,
        after.statusExpiresAt,
      ],
    )
    return after
  }
}
