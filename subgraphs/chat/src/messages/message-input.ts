import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { textFault } from '@gravity/shared/graphql/text'
import type { NewAttachment } from '../attachments/attachment.ts'

export interface NewMessage {
  readonly roomId: string
  readonly clientMessageId: string
  readonly body: string
  readonly replyToId?: string | null | undefined
  readonly mentionIds?: readonly string[] | undefined
  readonly attachments?: readonly NewAttachment[] | undefined
}

const longestBody = 4_000
const longestClientMessageId = 100

/** What is wrong with a message that a person wants to send; undefined when nothing is. */
export function messageFault({
  body,
  clientMessageId,
  attachments = [],
}: NewMessage): InvalidInput | undefined {
  if (!hasLength(clientMessageId, longestClientMessageId)) {
    return invalidInput('clientMessageId', 'A clientMessageId has 1 to 100 characters.')
  }
  // Pictures may speak for themselves.
  return body === '' && attachments.length > 0 ? undefined : bodyFault(body)
}

/** What is wrong with a message's text; undefined when nothing is. */
export function bodyFault(body: string): InvalidInput | undefined {
  if (body.trim() === '' || !hasLength(body, longestBody)) {
    return invalidInput('body', 'A message has 1 to 4,000 characters, not only white space.')
  }
  return undefined
}

function hasLength(text: string, longest: number): boolean {
  if (textFault(text) !== null || text.length === 0 || text.length > 2 * longest) return false
  // PostgreSQL counts characters, not UTF-16 code units.
  return text.length <= longest || [...text].length <= longest
}
