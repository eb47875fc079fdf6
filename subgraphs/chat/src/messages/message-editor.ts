import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { messageEdited, peopleMentioned } from '@gravity/shared/events/contracts/chat'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { WordsRefused } from '../moderation/moderation-problems.ts'
import { flagged, withdrawalEntry } from '../moderation/moderation-records.ts'
import { filterBody, type WriteProblem, writeFault } from '../moderation/write-rules.ts'
import { mostRevisions } from '../revisions/revision.repository.ts'
import { permissionFault } from '../rooms/room-permissions.ts'
import type { PermissionRequired } from '../rooms/room-problems.ts'
import type { ChatStore } from '../store.ts'
import { mentionedMembers } from './mentioned-members.ts'
import { type Mentioned, parseMentions } from './mentions.ts'
import type { MessageRow } from './message.entity.ts'
import type { MessagePatch } from './message.repository.ts'
import type { Change, MessageChanger } from './message-changer.ts'
import { bodyFault } from './message-input.ts'
import {
  type AuthorRequired,
  authorRequired,
  type LimitReached,
  limitReached,
  type MessageNotFound,
  type MessageRedacted,
  messageRedacted,
} from './message-problems.ts'
import { withdraw } from './withdraw.ts'

export interface MessageEditorDeps {
  readonly changer: MessageChanger
  readonly newId: () => string
  readonly now: () => Date
}

export interface EditedMessage {
  readonly messageId: string
  readonly body: string
  readonly mentionIds?: readonly string[] | undefined
}

type EditProblem =
  | AuthorRequired
  | MessageRedacted
  | LimitReached
  | InvalidInput
  | WriteProblem
  | WordsRefused

interface Edit {
  readonly body: string
  readonly mentioned: Mentioned
  readonly editedAt: Date
}

/** Edits and withdraws messages. */
export class MessageEditor {
  readonly #deps: MessageEditorDeps

  constructor(deps: MessageEditorDeps) {
    this.#deps = deps
  }

  /** What it said before is kept. Editing to what it says already changes nothing. */
  async edit(
    viewer: Viewer,
    input: EditedMessage,
  ): Promise<MessageRow | MessageNotFound | EditProblem> {
    const { body } = input
    const fault = bodyFault(body)
    if (fault) return fault
    const mentioned = parseMentions(body, input.mentionIds)
    if ('__typename' in mentioned) return mentioned
    const edit = { body, mentioned, editedAt: this.#deps.now() }
    return this.#deps.changer.change<EditProblem>(viewer, input.messageId, (store, change) =>
      rewrite(store, { ...change, edit, viewerId: viewer.userId, reportId: this.#deps.newId() }),
    )
  }

  /** Takes a message's content away for good; its place stays. Withdrawing it twice does nothing more. */
  redact(
    viewer: Viewer,
    messageId: string,
  ): Promise<MessageRow | MessageNotFound | PermissionRequired> {
    const { userId } = viewer
    const redactedAt = this.#deps.now()
    return this.#deps.changer.change<PermissionRequired>(
      viewer,
      messageId,
      async (store, { room, message, version }) => {
        const fault =
          message.authorId === userId
            ? undefined
            : permissionFault(room.viewerRole, 'REDACT_MESSAGES')
        if (fault) return fault
        if (message.redactedAt) return null
        const { newId } = this.#deps
        if (message.authorId !== userId) {
          await store.moderationLog.add(
            withdrawalEntry(message, { id: newId(), userId, redactedAt }),
          )
        }
        return withdraw(store, message, { by: userId, at: redactedAt, version })
      },
    )
  }
}

async function rewrite(
  store: ChatStore,
  rewriting: Change & {
    readonly edit: Edit
    readonly viewerId: string
    readonly reportId: string
  },
): Promise<MessagePatch | EditProblem | null> {
  const { message, room, edit, version } = rewriting
  if (message.authorId !== rewriting.viewerId) return authorRequired
  if (message.body === null) return messageRedacted
  const userId = rewriting.viewerId
  const fault = await writeFault(store, room, { userId, at: edit.editedAt })
  if (fault) return fault
  const accepted = await filterBody(store, room, edit.body)
  if ('__typename' in accepted) return accepted
  const { body } = accepted
  const named = await mentionedMembers(store, { roomId: room.id, authorId: userId }, edit.mentioned)
  if ('__typename' in named) return named
  const mentionIds = named.filter((id) => id !== message.authorId)
  const before = new Set(message.mentionIds)
  const added = mentionIds.filter((id) => !before.has(id))
  const same = added.length === 0 && mentionIds.length === before.size
  if (message.body === body && same) return null
  const writtenAt = message.editedAt ?? message.sentAt
  if (!(await store.revisions.keep(message.id, message.body, writtenAt))) {
    return limitReached(mostRevisions, `A message can be edited ${mostRevisions} times.`)
  }
  const event = { aggregateId: room.id, aggregateVersion: version }
  const payload = placeOf(message)
  await store.outbox.add(messageEdited, { ...event, payload })
  await tellMentioned(store, event, { ...payload, userIds: added, at: edit.editedAt })
  if (accepted.isFlagged) {
    await store.reports.add(
      flagged({ ...message, body }, { id: rewriting.reportId, at: edit.editedAt }),
    )
  }
  return { body, mentionIds, editedAt: edit.editedAt }
}

async function tellMentioned(
  store: ChatStore,
  event: { readonly aggregateId: string; readonly aggregateVersion: number },
  { at, ...payload }: ReturnType<typeof placeOf> & { userIds: string[]; at: Date },
): Promise<void> {
  if (payload.userIds.length === 0) return
  const userIds = await store.attention.listenersTo({ ...payload, at })
  if (userIds.length === 0) return
  await store.outbox.add(peopleMentioned, { ...event, payload: { ...payload, userIds } })
}

function placeOf({ roomId, id, sequence, authorId }: MessageRow) {
  return { roomId, messageId: id, sequence, authorId }
}
