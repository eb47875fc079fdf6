import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import { type LimitReached, limitReached } from '../messages/message-problems.ts'
import {
  type PermissionRequired,
  type RoomNotFound,
  roomNotFound,
  type WrongRoomKind,
  wrongRoomKind,
} from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { lockForModerator } from './moderated-room.ts'
import type { ModerationAction } from './moderation-log.repository.ts'
import { type WordFilterNotFound, wordFilterNotFound } from './moderation-problems.ts'
import { mostFilters, type WordFilterRow } from './word-filter.repository.ts'
import { type FilterAction, parseFilterWords } from './word-filter.ts'

export interface FilterServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly newId: () => string
  readonly now: () => Date
}

export interface SetWordFilter {
  readonly roomId: string
  readonly words: string
  readonly action: FilterAction
}

type SetProblem = RoomNotFound | PermissionRequired | WrongRoomKind | LimitReached | InvalidInput

const unusable = invalidInput('words', 'A filter has 1 to 100 characters, some of them visible.')
const directHasNone = wrongRoomKind('A direct room has no word filters.')
const permission = 'FILTER_WORDS'

/** Says which words a room does not take. */
export class FilterService {
  readonly #deps: FilterServiceDeps

  constructor(deps: FilterServiceDeps) {
    this.#deps = deps
  }

  /** Words that are filtered already get the new action. */
  async set(viewer: Viewer, input: SetWordFilter): Promise<WordFilterRow | SetProblem> {
    const { database, newId, now, hints } = this.#deps
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const folded = parseFilterWords(input.words)
    if (folded === undefined) return unusable
    const words = input.words.trim()
    const { action } = input
    const createdBy = viewer.userId
    const wanted = { id: newId(), roomId, words, folded, action, createdBy, createdAt: now() }
    const stored = await database.transaction(async (store) => {
      const moderated = await lockForModerator(store, viewer, { roomId, permission })
      if ('__typename' in moderated) return moderated
      if (moderated.room.kind === 'direct') return directHasNone
      const before = (await store.wordFilters.ofRoom(roomId)).find((one) => one.folded === folded)
      if (before?.action === action) return before
      if (!before && moderated.room.filterCount >= mostFilters) {
        return limitReached(mostFilters, `A room has at most ${mostFilters} word filters.`)
      }
      const filter = await store.wordFilters.set(wanted)
      await this.#write(store, viewer, { filter, action: 'filter_set' })
      return filter
    })
    if (!('__typename' in stored)) hints.roomChanged(roomId)
    return stored
  }

  /** Resolves to the filter that is gone. */
  async remove(
    viewer: Viewer,
    givenId: string,
  ): Promise<WordFilterRow | WordFilterNotFound | PermissionRequired> {
    const { database, hints } = this.#deps
    const id = givenId.toLowerCase()
    if (!isUuid(id)) return wordFilterNotFound
    const removed = await database.transaction(async (store) => {
      const filter = await store.wordFilters.byId(id)
      if (!filter) return wordFilterNotFound
      const { roomId } = filter
      const moderated = await lockForModerator(store, viewer, { roomId, permission })
      if ('__typename' in moderated) {
        return moderated.__typename === 'RoomNotFound' ? wordFilterNotFound : moderated
      }
      if (await store.wordFilters.remove(filter)) {
        await this.#write(store, viewer, { filter, action: 'filter_removed' })
      }
      return filter
    })
    if (!('__typename' in removed)) hints.roomChanged(removed.roomId)
    return removed
  }

  #write(
    store: ChatStore,
    viewer: Viewer,
    { filter, action }: { readonly filter: WordFilterRow; readonly action: ModerationAction },
  ): Promise<void> {
    const { newId, now } = this.#deps
    return store.moderationLog.add({
      id: newId(),
      roomId: filter.roomId,
      actorId: viewer.userId,
      action,
      personId: null,
      messageId: null,
      reason: `${filter.words} (${filter.action})`,
      expiresAt: null,
      doneAt: now(),
    })
  }
}
