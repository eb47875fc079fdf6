import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { loadByKey, loadGroupsByKey } from '@gravity/shared/loaders/load-by-key'
import type { Page } from '@gravity/shared/pagination/connection'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type DataLoader from 'dataloader'
import type { MessageRow } from './messages/message.entity.ts'
import type { MessagePlace, SequenceKey } from './messages/message.repository.ts'
import type { MemberKey, MemberRow } from './rooms/membership.repository.ts'
import type { VisibleRoomRow } from './rooms/room.repository.ts'
import type { ChatReads } from './store.ts'

/**
 * What one request reads, one statement for all rooms or messages that ask for the same. Loaders are made when they
 * are first used: most events of a subscription need none. Rooms and messages by id are only those that the viewer may
 * see; the other methods are for rooms that were found visible before.
 */
export class ChatLoaders {
  readonly #reads: ChatReads
  readonly #viewer: Viewer | null
  readonly #messagePages = new Map<string, DataLoader<string, readonly MessageRow[]>>()
  readonly #memberPages = new Map<string, DataLoader<string, readonly MemberRow[]>>()
  #rooms: DataLoader<string, VisibleRoomRow | null> | undefined
  #messages: DataLoader<string, MessageRow | null> | undefined
  #places: DataLoader<string, MessageRow | null> | undefined

  constructor(reads: ChatReads, viewer: Viewer | null) {
    this.#reads = reads
    this.#viewer = viewer
  }

  /** Null when there is no such room, and for everybody but its members. */
  async room(id: string): Promise<VisibleRoomRow | null> {
    const viewerId = this.#viewer?.userId
    if (viewerId === undefined || !isUuid(id)) return null
    this.#rooms ??= loadByKey(
      (ids: readonly string[]) => this.#reads.rooms.visibleByIds(viewerId, ids),
      (row) => row.id,
    )
    return this.#rooms.load(id.toLowerCase())
  }

  /** Null when there is no such message, and for everybody but the members of its room. */
  async message(id: string): Promise<MessageRow | null> {
    const viewerId = this.#viewer?.userId
    if (viewerId === undefined || !isUuid(id)) return null
    this.#messages ??= loadByKey(
      (ids: readonly string[]) => this.#reads.messages.visibleByIds(viewerId, ids),
      (row) => row.id,
    )
    return this.#messages.load(id.toLowerCase())
  }

  messageAt(place: MessagePlace): Promise<MessageRow | null> {
    this.#places ??= loadByKey(
      (keys: readonly string[]) => this.#reads.messages.atPlaces(keys.map(placeOf)),
      keyOf,
    )
    return this.#places.load(keyOf(place))
  }

  messagesOf(roomId: string, page: Page<SequenceKey>): Promise<readonly MessageRow[]> {
    return pageLoader(this.#messagePages, page, (roomIds) =>
      this.#reads.messages.pages(roomIds, page),
    ).load(roomId)
  }

  membersOf(roomId: string, page: Page<MemberKey>): Promise<readonly MemberRow[]> {
    return pageLoader(this.#memberPages, page, (roomIds) =>
      this.#reads.memberships.pages(roomIds, page),
    ).load(roomId)
  }
}

function keyOf({ roomId, sequence }: MessagePlace): string {
  return `${roomId}:${sequence}`
}

function placeOf(key: string): MessagePlace {
  const [roomId = '', sequence] = key.split(':')
  return { roomId, sequence: Number(sequence) }
}

/** One loader per page asked for: rooms that ask for the same page share its statement. */
function pageLoader<Row extends { readonly roomId: string }, Key>(
  loaders: Map<string, DataLoader<string, readonly Row[]>>,
  page: Page<Key>,
  load: (roomIds: readonly string[]) => Promise<readonly Row[]>,
): DataLoader<string, readonly Row[]> {
  const key = JSON.stringify([page.direction, page.from, page.limit])
  const loader = loaders.get(key) ?? loadGroupsByKey(load, (row: Row) => row.roomId)
  loaders.set(key, loader)
  return loader
}
