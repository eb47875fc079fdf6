import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { MessageRow } from '../messages/message.entity.ts'
import type { MessageChanger } from '../messages/message-changer.ts'
import {
  type LimitReached,
  limitReached,
  type MessageNotFound,
  type MessageRedacted,
  messageRedacted,
} from '../messages/message-problems.ts'
import { type WriteProblem, writeFault } from '../moderation/write-rules.ts'
import { parseEmoji } from './emoji.ts'
import { mostEmoji } from './reaction.repository.ts'

export interface ReactionServiceDeps {
  readonly changer: MessageChanger
  readonly now: () => Date
}

export interface ReactionInput {
  readonly messageId: string
  readonly emoji: string
}

type ReactionProblem = MessageRedacted | LimitReached | WriteProblem

const notEmoji = invalidInput('emoji', 'A reaction is exactly one emoji.')

export class ReactionService {
  readonly #deps: ReactionServiceDeps

  constructor(deps: ReactionServiceDeps) {
    this.#deps = deps
  }

  /** Reacting twice with the same emoji is reacting once. */
  async add(
    viewer: Viewer,
    { messageId, emoji: given }: ReactionInput,
  ): Promise<MessageRow | MessageNotFound | ReactionProblem | InvalidInput> {
    const emoji = parseEmoji(given)
    if (emoji === undefined) return notEmoji
    const reactedAt = this.#deps.now()
    const { userId } = viewer
    return this.#deps.changer.change<ReactionProblem>(
      viewer,
      messageId,
      async (store, { room, message }) => {
        const fault = await writeFault(store, room, { userId, at: reactedAt })
        if (fault) return fault
        if (message.redactedAt) return messageRedacted
        const reaction = { messageId: message.id, emoji, userId, reactedAt }
        const outcome = await store.reactions.add(reaction)
        if (outcome === 'too many') {
          return limitReached(mostEmoji, `A message carries at most ${mostEmoji} different emoji.`)
        }
        return outcome === 'added' ? {} : null
      },
    )
  }

  /** Taking back what is not there changes nothing. */
  async remove(
    viewer: Viewer,
    { messageId, emoji: given }: ReactionInput,
  ): Promise<MessageRow | MessageNotFound | InvalidInput> {
    const emoji = parseEmoji(given)
    if (emoji === undefined) return notEmoji
    return this.#deps.changer.change<never>(viewer, messageId, async (store, { message }) =>
      (await store.reactions.remove(message.id, emoji, viewer.userId)) ? {} : null,
    )
  }
}
