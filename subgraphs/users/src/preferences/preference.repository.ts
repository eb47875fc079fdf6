import type { EntityManager } from 'typeorm'
import type { Preferences } from './preference-rules.ts'

export type PreferenceReads = Pick<PreferenceRepository, 'of'>

export class PreferenceRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** Undefined when the person has chosen nothing. */
  async of(userId: string): Promise<Preferences | undefined> {
    const [row] = await this.#manager.query<Preferences[]>(
      `select locale, time_zone as "timeZone", currency, appearance
       from preferences where user_id = $1`,
      [userId],
    )
    return row
  }

  async save(userId: string, preferences: Preferences): Promise<void> {
    const { locale, timeZone, currency, appearance } = preferences
    await this.#manager.query(
      `insert into preferences (user_id, locale, time_zone, currency, appearance)
       values ($1, $2, $3, $4, $5)
       on conflict (user_id) do update set locale = excluded.locale,
         time_zone = excluded.time_zone, currency = excluded.currency,
         appearance = excluded.appearance`,
      [userId, locale, timeZone, currency, appearance],
    )
  }
}
