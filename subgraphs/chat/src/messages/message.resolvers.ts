import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import { replyPage } from '../chat-pages.ts'
import type { MutationResolvers, Resolvers } from '../generated/resolver-types.ts'
import { userReference } from '../people/user-reference.ts'
import type { MessageRow } from './message.entity.ts'

/** The result of a mutation that gives a message back. */
function asResult<Problem extends { readonly __typename: string }>(result: MessageRow | Problem) {
  return '__typename' in result ? result : { __typename: 'Message' as const, ...result }
}

function maybeUser(id: string | null) {
  return id === null ? null : userReference(id)
}

const roomMentionNames = { everyone: 'EVERYONE', here: 'HERE' } as const

export const messageMutations: MutationResolvers = {
  async sendMessage(_parent, { input }, { viewer, messages, presence }) {
    presence.note(requireViewer(viewer))
    return asResult(await messages.send(requireViewer(viewer), input))
  },
  async editMessage(_parent, { input }, { viewer, editor }) {
    return asResult(await editor.edit(requireViewer(viewer), input))
  },
  async redactMessage(_parent, { input }, { viewer, editor }) {
    return asResult(await editor.redact(requireViewer(viewer), input.messageId))
  },
  async addReaction(_parent, { input }, { viewer, reactions, presence }) {
    presence.note(requireViewer(viewer))
    return asResult(await reactions.add(requireViewer(viewer), input))
  },
  async removeReaction(_parent, { input }, { viewer, reactions }) {
    return asResult(await reactions.remove(requireViewer(viewer), input))
  },
  async pinMessage(_parent, { input }, { viewer, pins }) {
    return asResult(await pins.pin(requireViewer(viewer), input.messageId))
  },
  async unpinMessage(_parent, { input }, { viewer, pins }) {
    return asResult(await pins.unpin(requireViewer(viewer), input.messageId))
  },
}

export const messageResolvers: Pick<Resolvers, 'Message' | 'MessageRevision' | 'Reaction'> = {
  Message: {
    __resolveReference: ({ id }, { loaders }) => loaders.message(id),
    clientMessageId: ({ authorId, clientMessageId }, _args, { viewer }) =>
      authorId === viewer?.userId ? clientMessageId : null,
    author: ({ authorId }) => userReference(authorId),
    room: ({ roomId }) => ({ id: roomId }),
    async revisions({ id, authorId, editedAt }, _args, { loaders }) {
      if (editedAt === null) return []
      const rows = await loaders.revisionsOf(id)
      return rows.map((row) => ({ ...row, authorId }))
    },
    redactedBy: ({ redactedBy }) => maybeUser(redactedBy),
    pinnedBy: ({ pinnedBy }) => maybeUser(pinnedBy),
    mentions: ({ mentionIds }) => mentionIds.map(userReference),
    replyTo: ({ replyToId }, _args, { loaders }) =>
      replyToId === null ? null : loaders.message(replyToId),
    threadRoot: ({ threadId }, _args, { loaders }) =>
      threadId === null ? null : loaders.message(threadId),
    async replyCount({ id }, _args, { loaders }) {
      return (await loaders.thread(id))?.replyCount ?? 0
    },
    async unreadReplyCount({ id }, _args, { loaders }) {
      return (await loaders.unreadReplies(id))?.count ?? 0
    },
    async lastReplyAt({ id }, _args, { loaders }) {
      return (await loaders.thread(id))?.lastReplyAt ?? null
    },
    async replyParticipants({ id }, _args, { loaders }) {
      return (await loaders.thread(id))?.participantIds.map(userReference) ?? []
    },
    isFromIgnored: ({ authorId }, _args, { loaders }) => loaders.isIgnored(authorId),
    roomMention: ({ mentionsRoom }) => mentionsRoom && roomMentionNames[mentionsRoom],
    replies: ({ id }, args, { loaders }) => replyPage(loaders, id, args),
    async reactions({ id }, _args, { loaders }) {
      return [...(await loaders.reactionsTo(id))]
    },
  },
  MessageRevision: {
    writtenBy: ({ authorId }) => userReference(authorId),
  },
  Reaction: {
    people: ({ userIds }) => userIds.map(userReference),
  },
}
