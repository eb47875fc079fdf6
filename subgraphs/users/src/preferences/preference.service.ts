import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { UsersReads, UsersStore } from '../store.ts'
import {
  defaultPreferences,
  type Preferences,
  type PreferencesInput,
  withPreferences,
} from './preference-rules.ts'

export class PreferenceService {
  readonly #database: Database<UsersStore, UsersReads>

  constructor(database: Database<UsersStore, UsersReads>) {
    this.#database = database
  }

  async read({ userId }: Viewer): Promise<Preferences> {
    return (await this.#database.reads.preferences.of(userId)) ?? defaultPreferences
  }

  update({ userId }: Viewer, input: PreferencesInput): Promise<Preferences | InvalidInput> {
    return this.#database.transaction(async (store) => {
      // Changes of different preferences at the same time must not undo one another.
      if (!(await store.relations.lock([userId])).has(userId)) {
        throw new GravityError('NOT_FOUND', 'You have no profile yet. Try again in a moment.')
      }
      const known = (await store.preferences.of(userId)) ?? defaultPreferences
      const wanted = withPreferences(known, input)
      if (!('__typename' in wanted)) await store.preferences.save(userId, wanted)
      return wanted
    })
  }
}
