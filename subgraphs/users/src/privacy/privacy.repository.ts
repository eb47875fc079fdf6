import type { EntityManager } from 'typeorm'
import { keptApart } from '../relations/kept-apart.ts'
import {
  type Audience,
  openSettings,
  type PrivacySettings,
  type ProtectedField,
  protectedFields,
} from './privacy-settings.ts'

/** What decides how one viewer sees one guarded person. */
export interface GuardFacts extends PrivacySettings {
  readonly id: string
  readonly isPrivate: boolean
  readonly isKeptApart: boolean
  readonly isFollowed: boolean
  /** Some of those who see something else because of a block; at most `mostApart`. */
  readonly apart: readonly string[]
}

/** The account's own switches, beside the settings of its fields. */
export interface AccountSwitches {
  readonly isPrivate: boolean
  readonly isListed: boolean
}

export type PrivacyReads = Pick<PrivacyRepository, 'guardFacts' | 'settingsOf' | 'switchesOf'>

/** More than an answer's audience can exclude. */
const mostApart = 1_001

const fields = Object.keys(protectedFields) as ProtectedField[] // The keys of a constant.
const settingColumns = fields
  .map((field) => `coalesce(s.${protectedFields[field]}, 'EVERYONE') as "${field}"`)
  .join(', ')

export class PrivacyRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** In one statement, whatever their number. */
  guardFacts(ids: readonly string[], viewerId: string | null): Promise<GuardFacts[]> {
    return this.#manager.query(
      `select p.id, p.is_private as "isPrivate", ${settingColumns},
         ${keptApart('p.id', '$2')} as "isKeptApart",
         exists (select 1 from follows where follower_id = $2 and followee_id = p.id) as "isFollowed",
         array(select blocked_id from blocks where blocker_id = p.id
           union all select blocker_id from blocks where blocked_id = p.id limit ${mostApart}) as apart
       from profiles p left join privacy_settings s on s.user_id = p.id
       where p.id = any($1)`,
      [ids, viewerId],
    )
  }

  async settingsOf(userId: string): Promise<PrivacySettings> {
    const [row] = await this.#manager.query<PrivacySettings[]>(
      `select ${settingColumns} from privacy_settings s where user_id = $1`,
      [userId],
    )
    return row ?? openSettings
  }

  /** Undefined without a profile. */
  async switchesOf(userId: string): Promise<AccountSwitches | undefined> {
    const [row] = await this.#manager.query<AccountSwitches[]>(
      `select is_private as "isPrivate", is_listed as "isListed" from profiles where id = $1`,
      [userId],
    )
    return row
  }

  /** Without a row when everything is open to everyone, so that what a row says is always a restriction. */
  async saveSettings(userId: string, settings: PrivacySettings): Promise<void> {
    if (fields.every((field) => settings[field] === 'EVERYONE')) {
      await this.#manager.query('delete from privacy_settings where user_id = $1', [userId])
      return
    }
    const columns = fields.map((field) => protectedFields[field])
    const values = fields.map((field): Audience => settings[field])
    await this.#manager.query(
      `insert into privacy_settings (user_id, ${columns.join(', ')})
       values ($1, ${columns.map((_, index) => `$${index + 2}`).join(', ')})
       on conflict (user_id) do update set ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`,
      [userId, ...values],
    )
  }

  async saveSwitches(userId: string, { isPrivate, isListed }: AccountSwitches): Promise<void> {
    await this.#manager.query(
      'update profiles set is_private = $2, is_listed = $3, version = version + 1 where id = $1',
      [userId, isPrivate, isListed],
    )
  }

  /** Marks whose profile is not the same for everybody. After the change that decides it, and within its locks. */
  async refreshGuards(ids: readonly string[]): Promise<void> {
    await this.#manager.query(
      `update profiles set is_guarded = needs_guard(id)
       where id = any($1) and is_guarded <> needs_guard(id)`,
      [ids],
    )
  }
}
