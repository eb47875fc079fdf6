import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { textFault } from '@gravity/shared/graphql/text'
import { z } from 'zod'

/** A file that belongs to a message; it lies elsewhere. */
export interface AttachmentRow {
  readonly url: string
  readonly name: string
  /** As RFC 6838 names it, in lower case. */
  readonly mediaType: string
  readonly sizeInBytes: number
  /** In pixels, of pictures and films; both or neither. */
  readonly width: number | null
  readonly height: number | null
}

/** As it comes from a client. */
export interface NewAttachment {
  readonly url: string
  readonly name: string
  readonly mediaType: string
  readonly sizeInBytes: number
  readonly width?: number | null | undefined
  readonly height?: number | null | undefined
}

export const mostAttachments = 10

const longestUrl = 2_000
const longestName = 255
const longestSide = 100_000
const mediaType = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/
const hasSides = /^(image|video)\//

/** As it travels in a hint. */
export const attachmentShape = z.object({
  url: z.string(),
  name: z.string(),
  mediaType: z.string(),
  sizeInBytes: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
})

/** The attachments in the form in which they are stored, or what is wrong with one of them. */
export function parseAttachments(
  given: readonly NewAttachment[],
): readonly AttachmentRow[] | InvalidInput {
  if (given.length > mostAttachments) {
    return fault(`A message has at most ${mostAttachments} attachments.`)
  }
  const attachments: AttachmentRow[] = []
  for (const { width = null, height = null, ...rest } of given) {
    const attachment = { ...rest, mediaType: rest.mediaType.toLowerCase(), width, height }
    const problem = problemOf(attachment)
    if (problem !== undefined) return fault(problem)
    attachments.push(attachment)
  }
  return attachments
}

function fault(message: string): InvalidInput {
  return invalidInput('attachments', message)
}

function problemOf(attachment: AttachmentRow): string | undefined {
  const { url, name, mediaType: type, sizeInBytes, width, height } = attachment
  const address = url.length <= longestUrl ? URL.parse(url) : null
  if (address?.protocol !== 'https:' || address.username !== '' || textFault(url) !== null) {
    return 'An attachment is an https address of at most 2,000 characters, without a password.'
  }
  if (name.trim() === '' || name.length > longestName || hasControls(name)) {
    return 'An attachment’s name has 1 to 255 characters and no line breaks.'
  }
  if (!mediaType.test(type)) return 'An attachment has a media type such as `image/png`.'
  if (sizeInBytes < 0) return 'An attachment’s size is not negative.'
  if ((width === null) !== (height === null)) return 'Give both width and height, or neither.'
  if (width === null || height === null) return undefined
  if (!hasSides.test(type)) return 'Only pictures and films have a width and a height.'
  const isSide = (side: number) => side >= 1 && side <= longestSide
  if (!isSide(width) || !isSide(height)) return 'Width and height are 1 to 100,000 pixels.'
  return undefined
}

function hasControls(text: string): boolean {
  return textFault(text) !== null || /\p{Cc}/u.test(text)
}
