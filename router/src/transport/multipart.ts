import { MULTIPART_TYPE } from './content-negotiation.ts'

/**
 * Answers of several JSON documents as `multipart/mixed` (RFC 2046, section 5.1). A boundary follows each part at once,
 * because only the boundary tells a client that the part is whole.
 */

/** What the body begins with. */
export const MULTIPART_OPENING = '\r\n--graphql'
/** Makes the boundary after the last part the last. */
export const MULTIPART_END = '--\r\n'

/** The `content-type` of an answer; the parameter says what the parts mean. */
export function multipartType(parameter: string): string {
  return `${MULTIPART_TYPE}; boundary="graphql"; ${parameter}`
}

export function multipartPart(json: string): string {
  return `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${json}\r\n--graphql`
}
