import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { loadByKey, loadGroupsByKey } from '@gravity/shared/loaders/load-by-key'
import type { Page } from '@gravity/shared/pagination/connection'
import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import DataLoader from 'dataloader'
import type { DraftRow } from './drafts/draft.repository.ts'
import type { JoinedReads } from './joined-reads.ts'
import type { MessageRow } from './messages/message.entity.ts'
import type { MessagePlace, SequenceKey } from './messages/message.repository.ts'
import type { RoomWishRow } from './notification-levels/attention.ts'
import type { SettingsRow } from './people/settings.repository.ts'
import type { PinKey } from './pins/pin.repository.ts'
import type { ReactionRow } from './reactions/reaction.repository.ts'
import type { ReceiptKey, ReceiptRow, UnreadRow } from './receipts/read-marker.repository.ts'
import type { RevisionRow } from './revisions/revision.repository.ts'
import type { MemberKey, MemberRow } from './rooms/membership.repository.ts'
import type { VisibleRoomRow } from './rooms/room.repository.ts'
import type { ChatReads } from './store.ts'
import type { ThreadRow, UnreadThread } from './threads/thread.repository.ts'

type Reply = MessageRow & { readonly threadId: string }

/**
 * What one request reads, one statement for all rooms or messages that ask for the same. Loaders are made when they
 * are first used: most events of a subscription need none. Rooms and messages by id are only those that the viewer may
 * see; the other methods are for rooms that were found visible before.
 */
export class ChatLoaders {
  readonly #reads: ChatReads
  readonly #joined: JoinedReads
  readonly #viewer: Viewer | null
  readonly #memberPages = new Map<string, DataLoader<string, readonly MemberRow[]>>()
  readonly #replyPages = new Map<string, DataLoader<string, readonly Reply[]>>()
  readonly #pinPages = new Map<string, DataLoader<string, readonly MessageRow[]>>()
  readonly #receiptPages = new Map<string, DataLoader<string, readonly ReceiptRow[]>>()
  #unread: DataLoader<string, UnreadRow | null> | undefined
  #drafts: DataLoader<string, DraftRow | null> | undefined
  #settings: DataLoader<string, SettingsRow | null> | undefined
  #wishes: DataLoader<string, RoomWishRow | null> | undefined
  #ignored: DataLoader<string, { readonly id: string } | null> | undefined
  #acquaintances: DataLoader<string, { readonly personId: string } | null> | undefined
  #threads: DataLoader<string, ThreadRow | null> | undefined
  #unreadReplies: DataLoader<string, UnreadThread | null> | undefined
  #revisions: DataLoader<string, readonly RevisionRow[]> | undefined
  #reactions: DataLoader<string, readonly ReactionRow[]> | undefined
  #rooms: DataLoader<string, VisibleRoomRow | null> | undefined
  #messages: DataLoader<string, MessageRow | null> | undefined
  #places: DataLoader<string, MessageRow | null> | undefined

  constructor(
    { reads, joined }: { readonly reads: ChatReads; readonly joined: JoinedReads },
    viewer: Viewer | null,
  ) {
    this.#reads = reads
    this.#joined = joined
    this.#viewer = viewer
  }

  /** Null when there is no such room, and for everybody but its members. */
  async room(id: string): Promise<VisibleRoomRow | null> {
    const viewerId = this.#viewer?.userId
    if (viewerId === undefined || !isUuid(id)) return null
    this.#rooms ??= new DataLoader((ids) =>
      this.#joined.rooms(ids.map((roomId) => ({ roomId, userId: viewerId }))),
    )
    return this.#rooms.load(id.toLowerCase())
  }

  /** Null when there is no such message, and for who may not read it: whoever is no member, or came later. */
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
    const { userId } = requireViewer(this.#viewer)
    this.#places ??= loadByKey(
      (keys: readonly string[]) => this.#reads.messages.atPlaces(userId, keys.map(placeOf)),
      keyOf,
    )
    return this.#places.load(keyOf(place))
  }

  /** From the end backwards. */
  async messagesOf(roomId: string, page: Page<SequenceKey>): Promise<readonly MessageRow[]> {
    const { userId } = requireViewer(this.#viewer)
    const [before] = page.from ?? [afterAll]
    const [rows = []] = await this.#joined.messagePages([
      { roomId, userId, before, limit: page.limit },
    ])
    return rows
  }

  pinsOf(roomId: string, page: Page<PinKey>): Promise<readonly MessageRow[]> {
    const { userId } = requireViewer(this.#viewer)
    return pageLoader({ loaders: this.#pinPages, page, keyOf: inRoom }, (roomIds) =>
      this.#reads.pins.pages(userId, roomIds, page),
    ).load(roomId)
  }

  receiptsOf(roomId: string, page: Page<ReceiptKey>): Promise<readonly ReceiptRow[]> {
    return pageLoader({ loaders: this.#receiptPages, page, keyOf: inRoom }, (roomIds) =>
      this.#reads.readMarkers.receipts(roomIds, page),
    ).load(roomId)
  }

  /** Null when the viewer has left the room meanwhile. */
  unread(roomId: string): Promise<UnreadRow | null> {
    const { userId } = requireViewer(this.#viewer)
    this.#unread ??= loadByKey(
      (ids: readonly string[]) => this.#reads.readMarkers.unread(userId, ids),
      inRoom,
    )
    return this.#unread.load(roomId)
  }

  draft(roomId: string): Promise<DraftRow | null> {
    const { userId } = requireViewer(this.#viewer)
    this.#drafts ??= loadByKey(
      (ids: readonly string[]) => this.#reads.drafts.ofPerson(userId, ids),
      inRoom,
    )
    return this.#drafts.load(roomId)
  }

  /** Null for who wants nothing but the usual. */
  settings(userId: string): Promise<SettingsRow | null> {
    this.#settings ??= loadByKey(
      (ids: readonly string[]) => this.#reads.settings.ofPeople(ids),
      (row) => row.userId,
    )
    return this.#settings.load(userId)
  }

  /** Null when the viewer wants of a room what they want of all. */
  roomWish(roomId: string): Promise<RoomWishRow | null> {
    const { userId } = requireViewer(this.#viewer)
    this.#wishes ??= loadByKey(
      (ids: readonly string[]) => this.#reads.attention.ofRooms(userId, ids),
      inRoom,
    )
    return this.#wishes.load(roomId)
  }

  async isIgnored(userId: string): Promise<boolean> {
    const viewerId = requireViewer(this.#viewer).userId
    this.#ignored ??= loadByKey(
      (ids: readonly string[]) => this.#reads.ignores.among(viewerId, ids),
      (row) => row.id,
    )
    return (await this.#ignored.load(userId)) !== null
  }

  /** Whether the viewer may see that somebody is there. */
  async isAcquainted(userId: string): Promise<boolean> {
    const viewerId = this.#viewer?.userId
    if (viewerId === undefined || !isUuid(userId)) return false
    this.#acquaintances ??= loadByKey(
      (ids: readonly string[]) =>
        this.#reads.acquaintances.among(ids.map((personId) => ({ viewerId, personId }))),
      (row) => row.personId,
    )
    return (await this.#acquaintances.load(userId.toLowerCase())) !== null
  }

  repliesTo(messageId: string, page: Page<SequenceKey>): Promise<readonly MessageRow[]> {
    return pageLoader(
      { loaders: this.#replyPages, page, keyOf: (row: Reply) => row.threadId },
      (threadIds) => this.#reads.threads.pages(threadIds, page),
    ).load(messageId)
  }

  /** Null for a message without replies. */
  thread(messageId: string): Promise<ThreadRow | null> {
    this.#threads ??= loadByKey(
      (ids: readonly string[]) => this.#reads.threads.summaries(ids),
      (row) => row.threadId,
    )
    return this.#threads.load(messageId)
  }

  /** What the viewer has not read of a thread. */
  unreadReplies(messageId: string): Promise<UnreadThread | null> {
    const { userId } = requireViewer(this.#viewer)
    this.#unreadReplies ??= loadByKey(
      (ids: readonly string[]) => this.#reads.threads.unread(userId, ids),
      (row) => row.threadId,
    )
    return this.#unreadReplies.load(messageId)
  }

  revisionsOf(messageId: string): Promise<readonly RevisionRow[]> {
    this.#revisions ??= loadGroupsByKey(
      (ids: readonly string[]) => this.#reads.revisions.ofMessages(ids),
      (row) => row.messageId,
    )
    return this.#revisions.load(messageId)
  }

  reactionsTo(messageId: string): Promise<readonly ReactionRow[]> {
    const viewerId = requireViewer(this.#viewer).userId
    this.#reactions ??= loadGroupsByKey(
      (ids: readonly string[]) => this.#reads.reactions.ofMessages(viewerId, ids),
      (row) => row.messageId,
    )
    return this.#reactions.load(messageId)
  }

  membersOf(roomId: string, page: Page<MemberKey>): Promise<readonly MemberRow[]> {
    return pageLoader({ loaders: this.#memberPages, page, keyOf: inRoom }, (roomIds) =>
      this.#reads.memberships.pages(roomIds, page),
    ).load(roomId)
  }
}

/** No sequence is as high: they are integers of 32 bits. */
const afterAll = 2 ** 31 - 1

function keyOf({ roomId, sequence }: MessagePlace): string {
  return `${roomId}:${sequence}`
}

function placeOf(key: string): MessagePlace {
  const [roomId = '', sequence] = key.split(':')
  return { roomId, sequence: Number(sequence) }
}

function inRoom({ roomId }: { readonly roomId: string }): string {
  return roomId
}

interface PageLoading<Row, Key> {
  readonly loaders: Map<string, DataLoader<string, readonly Row[]>>
  readonly page: Page<Key>
  /** Of which room, or thread, a row is. */
  readonly keyOf: (row: Row) => string
}

/** One loader per page asked for: rooms that ask for the same page share its statement. */
export function pageLoader<Row, Key>(
  { loaders, page, keyOf }: PageLoading<Row, Key>,
  load: (ids: readonly string[]) => Promise<readonly Row[]>,
): DataLoader<string, readonly Row[]> {
  const key = JSON.stringify([page.direction, page.from, page.limit])
  const loader = loaders.get(key) ?? loadGroupsByKey(load, keyOf)
  loaders.set(key, loader)
  return loader
}
