import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { InboxHints } from '../inbox/inbox-hints.ts'
import { type LimitReached, limitReached } from '../messages/message-problems.ts'
import type { KnownPeople } from '../people/known-people.ts'
import { type UnknownPeople, unknownPeople } from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'

export interface IgnoreServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly people: KnownPeople
  readonly inboxHints: InboxHints
  readonly now: () => Date
}

interface Person {
  readonly id: string
}

const mostIgnored = 1_000

/** Hides people from one person. They are not told. */
export class IgnoreService {
  readonly #deps: IgnoreServiceDeps

  constructor(deps: IgnoreServiceDeps) {
    this.#deps = deps
  }

  /** Ignoring somebody twice is ignoring them once. */
  async ignore(
    { userId }: Viewer,
    givenId: string,
    signal: AbortSignal,
  ): Promise<Person | UnknownPeople | InvalidInput | LimitReached> {
    const { database, people, inboxHints, now } = this.#deps
    const id = givenId.toLowerCase()
    if (id === userId) return invalidInput('userId', 'You cannot ignore yourself.')
    if (!isUuid(id)) return unknownPeople([id])
    const unknown = await people.unknownAmong([id], signal)
    if (unknown.length > 0) return unknownPeople(unknown)
    const person = { id, ignoredAt: now() }
    const isIgnored = await database.transaction((store) =>
      store.ignores.add(userId, person, mostIgnored),
    )
    if (!isIgnored) return limitReached(mostIgnored, `You can ignore ${mostIgnored} people.`)
    inboxHints.attentionChanged(userId)
    return { id }
  }

  /** For somebody who is not ignored nothing happens. */
  async stop({ userId }: Viewer, givenId: string): Promise<Person> {
    const { database, inboxHints } = this.#deps
    const id = givenId.toLowerCase()
    if (isUuid(id)) {
      await database.transaction((store) => store.ignores.remove(userId, id))
      inboxHints.attentionChanged(userId)
    }
    return { id }
  }
}
