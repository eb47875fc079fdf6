import { Turns } from '@gravity/shared/concurrency/turns'
import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { messageSent, peopleMentioned } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { parseAttachments } from '../attachments/attachment.ts'
import type { RoomHints } from '../live/room-hints.ts'
import { acceptMessage, type SendRefusal, takeTurn } from '../moderation/accept-message.ts'
import { flagged } from '../moderation/moderation-records.ts'
import { isVisible } from '../rooms/history.ts'
import type { VisibleRoomRow } from '../rooms/room.repository.ts'
import { isPermitted } from '../rooms/room-permissions.ts'
import { type RoomNotFound, roomNotFound } from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { mentionedMembers } from './mentioned-members.ts'
import { type Mentioned, parseMentions } from './mentions.ts'
import { asSent, type MessageRow } from './message.entity.ts'
import type { NewMessageRow } from './message.repository.ts'
import { messageFault, type NewMessage } from './message-input.ts'
import { type MessageNotFound, messageNotFound } from './message-problems.ts'

export interface MessageServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly newId: () => string
  readonly now: () => Date
  /** Whether somebody is there to be called by `@here`. */
  readonly isOnline: (userId: string) => boolean
}

interface Draft extends Pick<MessageServiceDeps, 'isOnline'> {
  readonly message: NewMessageRow
  readonly mentioned: Mentioned
  /** Of the report, when a word filter wants one. */
  readonly reportId: string
}

interface Sent {
  readonly message: MessageRow
  readonly membersVersion: number
  /** The moderators have something to look at. */
  readonly isFlagged?: boolean
}

type SendProblem = RoomNotFound | MessageNotFound | InvalidInput | SendRefusal

export class MessageService {
  readonly #deps: MessageServiceDeps
  readonly #turns = new Turns()

  constructor(deps: MessageServiceDeps) {
    this.#deps = deps
  }

  /** Sending again what has been sent returns the first message, and tells the room's feeds of it once more. */
  async send(viewer: Viewer, input: NewMessage): Promise<MessageRow | SendProblem> {
    const draft = this.#draft(viewer, input)
    if ('__typename' in draft) return draft
    // Within a room they wait for each other anyway: here, without holding a database connection.
    const sent = await this.#turns.take(draft.message.roomId, () =>
      this.#deps.database.transaction((store) => append(store, draft)),
    )
    if ('__typename' in sent) return sent
    this.#deps.hints.messageSent(sent.message, sent.membersVersion)
    if (sent.isFlagged) this.#deps.hints.roomChanged(sent.message.roomId)
    return sent.message
  }

  #draft(viewer: Viewer, input: NewMessage): Draft | SendProblem {
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const replyToId = input.replyToId?.toLowerCase() ?? null
    if (replyToId !== null && !isUuid(replyToId)) return messageNotFound
    const fault = messageFault(input)
    if (fault) return fault
    const mentioned = parseMentions(input.body, input.mentionIds)
    if ('__typename' in mentioned) return mentioned
    const attachments = parseAttachments(input.attachments ?? [])
    if ('__typename' in attachments) return attachments
    const message = {
      ...asSent,
      id: this.#deps.newId(),
      roomId,
      authorId: viewer.userId,
      clientMessageId: input.clientMessageId,
      body: input.body,
      sentAt: this.#deps.now(),
      replyToId,
      attachments: [...attachments],
    }
    return { message, mentioned, reportId: this.#deps.newId(), isOnline: this.#deps.isOnline }
  }
}

/** The message in its place, or the one sent earlier. */
async function append(store: ChatStore, draft: Draft): Promise<Sent | SendProblem> {
  const { roomId, authorId, clientMessageId } = draft.message
  const room = await store.rooms.lockForMember(roomId, authorId)
  if (!room) return roomNotFound
  const { membersVersion } = room
  const accepted = await acceptMessage(store, room, draft.message)
  if ('__typename' in accepted)
    return earlierOr(store, draft, { membersVersion, refusal: accepted })
  const { body } = accepted
  const message = await complete(store, { ...draft, message: { ...draft.message, body } }, room)
  if ('__typename' in message) return message
  const refusal = await takeTurn(store, room, message)
  if (refusal) return earlierOr(store, draft, { membersVersion, refusal })
  const placed = await store.messages.append(message)
  if (!placed) {
    const earlier = await store.messages.byClientId(roomId, authorId, clientMessageId)
    return earlier ? { message: earlier, membersVersion } : roomNotFound
  }
  if (accepted.isFlagged) {
    await store.reports.add(flagged(placed, { id: draft.reportId, at: placed.sentAt }))
  }
  await tell(store, { message: placed, version: room.version + 1, isOnline: draft.isOnline })
  return { message: placed, membersVersion, isFlagged: accepted.isFlagged }
}

/** What arrived before was accepted then: repeating it is refused for nothing. */
async function earlierOr(
  store: ChatStore,
  { message: { roomId, authorId, clientMessageId } }: Draft,
  { membersVersion, refusal }: { readonly membersVersion: number; readonly refusal: SendRefusal },
): Promise<Sent | SendRefusal> {
  const earlier = await store.messages.byClientId(roomId, authorId, clientMessageId)
  return earlier ? { message: earlier, membersVersion } : refusal
}

/** Finds the thread of a reply, and who is mentioned. */
async function complete(
  store: ChatStore,
  { message, mentioned }: Draft,
  reader: Pick<VisibleRoomRow, 'visibleAfter' | 'viewerRole'>,
): Promise<NewMessageRow | MessageNotFound | InvalidInput> {
  const { roomId, authorId, replyToId } = message
  const repliedTo = replyToId === null ? null : await store.messages.inRoom(roomId, replyToId)
  if (repliedTo === undefined || (repliedTo && !isVisible(repliedTo, reader)))
    return messageNotFound
  const mentionIds = await mentionedMembers(store, { roomId, authorId }, mentioned)
  if ('__typename' in mentionIds) return mentionIds
  return {
    ...message,
    threadId: repliedTo && (repliedTo.threadId ?? repliedTo.id),
    mentionIds: mentionIds.filter((id) => id !== authorId),
    mentionsRoom: isPermitted(reader.viewerRole, 'MENTION_ROOM') ? mentioned.room : null,
  }
}

interface Telling extends Pick<MessageServiceDeps, 'isOnline'> {
  readonly message: MessageRow
  readonly version: number
}

/** Those who want no notification are not named among the mentioned. */
async function tell(store: ChatStore, { message, version, isOnline }: Telling): Promise<void> {
  const { roomId, id, sequence, authorId, mentionIds, mentionsRoom, sentAt: at } = message
  const payload = { roomId, messageId: id, sequence, authorId }
  const event = { aggregateId: roomId, aggregateVersion: version }
  await store.outbox.add(messageSent, { ...event, payload })
  if (mentionIds.length === 0 && mentionsRoom === null) return
  const called = mentionsRoom === null ? mentionIds : null
  const listeners = await store.attention.listenersTo({ roomId, authorId, userIds: called, at })
  const named = new Set(mentionIds)
  const userIds = listeners.filter((id) => mentionsRoom !== 'here' || named.has(id) || isOnline(id))
  if (userIds.length === 0) return
  await store.outbox.add(peopleMentioned, { ...event, payload: { ...payload, userIds } })
}
