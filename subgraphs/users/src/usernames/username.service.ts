import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Logger } from '@gravity/shared/log/logger'
import {
  type Connection,
  type PageArguments,
  readPage,
  toConnection,
} from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import type { UsersConfig } from '../config.ts'
import { daysAfter } from '../personal/day.ts'
import { subjectOf } from '../personal/subject.ts'
import { announceProfile } from '../profiles/announce-profile.ts'
import { forgetProfile } from '../profiles/forget-profile.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import { isReserved } from './reserved-usernames.ts'
import type { FormerUsernameRow, HeldUsername } from './username.repository.ts'
import { parseUsername, usernameRule } from './username-rules.ts'

export interface UsernameServiceDeps {
  readonly database: Database<UsersStore, UsersReads>
  readonly config: Pick<UsersConfig, 'usernameChanges' | 'usernamePeriodDays'>
  readonly pubsub: PubSub
  readonly log: Logger
  readonly now: () => Date
}

export interface UsernameTaken {
  readonly __typename: 'UsernameTaken'
  readonly code: 'USERNAME_TAKEN'
  readonly message: string
}

export interface UsernameChangedTooOften {
  readonly __typename: 'UsernameChangedTooOften'
  readonly code: 'USERNAME_CHANGED_TOO_OFTEN'
  readonly message: string
  readonly changeableAt: Date
}

export interface FormerUsername extends FormerUsernameRow {
  readonly heldUntil: Date
}

type ChangeProblem = UsernameTaken | UsernameChangedTooOften | InvalidInput

/** For how long a name that was given up is kept for whoever had it. */
export const holdDays = 30

const formerCursor = defineCursor('former-usernames', z.tuple([z.iso.datetime()]))

/** Who is called what, and was before. */
export class UsernameService {
  readonly #deps: UsernameServiceDeps

  constructor(deps: UsernameServiceDeps) {
    this.#deps = deps
  }

  /** The id of whoever has the name, or had it until lately. */
  async ownerOf(text: string): Promise<string | undefined> {
    const username = parseUsername(text)
    if (username === undefined) return undefined
    const { database, now } = this.#deps
    return database.reads.usernames.ownerOf(username, daysAfter(now(), -holdDays))
  }

  /** The names somebody had before, the latest first; for themselves and for staff. */
  async history(
    viewer: Viewer,
    { userId, ...args }: PageArguments & { readonly userId?: string | null | undefined },
  ): Promise<Connection<FormerUsername>> {
    const subject = subjectOf(viewer, userId)
    const page = readPage(args, { cursor: formerCursor })
    const { usernames } = this.#deps.database.reads
    const rows = isUuid(subject) ? await usernames.historyOf(subject, page) : []
    const held = rows.map((row) => ({
      ...row,
      heldUntil: daysAfter(row.usedUntil, holdDays),
    }))
    return toConnection(held, page, ({ usedUntil }) => [usedUntil.toISOString()] as const)
  }

  /** Changing to the name that one has changes nothing and counts for nothing. */
  async change(viewer: Viewer, text: string): Promise<{ readonly id: string } | ChangeProblem> {
    const username = parseUsername(text)
    if (username === undefined) return invalidInput('username', usernameRule)
    if (isReserved(username)) return invalidInput('username', 'Nobody may have this name.')
    const problem = await this.#deps.database.transaction((store) =>
      this.#replace(store, viewer.userId, username),
    )
    if (problem) return problem
    await forgetProfile(this.#deps, viewer.userId)
    return { id: viewer.userId }
  }

  async removeEndedHolds(): Promise<number> {
    const { database, now } = this.#deps
    return database.transaction((store) => store.usernames.removeEndedHolds(now()))
  }

  async #replace(
    store: UsersStore,
    userId: string,
    after: string,
  ): Promise<ChangeProblem | undefined> {
    const now = this.#deps.now()
    const before = await store.usernames.lock(userId)
    if (!before)
      throw new GravityError('NOT_FOUND', 'You have no profile yet. Try again in a moment.')
    if (before.username === after) return undefined
    const problem = await this.#limit(store, userId, now)
    if (problem) return problem
    if (!(await store.usernames.claim(after, userId, now))) return usernameTaken
    await store.usernames.hold(userId, after, daysAfter(now, holdDays))
    await this.#tell(store, userId, { before, after, now })
    return undefined
  }

  async #limit(
    store: UsersStore,
    userId: string,
    now: Date,
  ): Promise<UsernameChangedTooOften | undefined> {
    const { usernameChanges, usernamePeriodDays } = this.#deps.config
    const since = daysAfter(now, -usernamePeriodDays)
    const { count, first } = await store.usernames.countChangesSince(userId, since)
    if (count < usernameChanges) return undefined
    const changeableAt = daysAfter(first, usernamePeriodDays)
    return {
      __typename: 'UsernameChangedTooOften',
      code: 'USERNAME_CHANGED_TOO_OFTEN',
      message: `A username can be changed ${usernameChanges} times in ${usernamePeriodDays} days.`,
      changeableAt,
    }
  }

  async #tell(
    store: UsersStore,
    userId: string,
    change: { readonly before: HeldUsername; readonly after: string; readonly now: Date },
  ): Promise<void> {
    const version = await store.usernames.replace(userId, change)
    const { displayName } = change.before
    await announceProfile(store, userId, { username: change.after, displayName, version })
    // Pages of theirs lead to the address that they had.
    await store.links.makeDue(userId, change.now)
  }
}

const usernameTaken: UsernameTaken = {
  __typename: 'UsernameTaken',
  code: 'USERNAME_TAKEN',
  message: 'Somebody has this name, or one that looks like it. Choose another one.',
}
