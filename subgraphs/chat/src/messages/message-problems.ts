/** No such message, or not for this person: which of the two is never told. */
export interface MessageNotFound {
  readonly __typename: 'MessageNotFound'
  readonly code: 'MESSAGE_NOT_FOUND'
  readonly message: string
}

export interface AuthorRequired {
  readonly __typename: 'AuthorRequired'
  readonly code: 'AUTHOR_REQUIRED'
  readonly message: string
}

export interface MessageRedacted {
  readonly __typename: 'MessageRedacted'
  readonly code: 'MESSAGE_REDACTED'
  readonly message: string
}

/** A message or a room has as many of something as it may have. */
export interface LimitReached {
  readonly __typename: 'LimitReached'
  readonly code: 'LIMIT_REACHED'
  readonly message: string
  readonly limit: number
}

export const messageNotFound: MessageNotFound = {
  __typename: 'MessageNotFound',
  code: 'MESSAGE_NOT_FOUND',
  message: 'There is no such message, or you are not a member of its room.',
}

export const authorRequired: AuthorRequired = {
  __typename: 'AuthorRequired',
  code: 'AUTHOR_REQUIRED',
  message: 'Only the author of the message may do this.',
}

export const messageRedacted: MessageRedacted = {
  __typename: 'MessageRedacted',
  code: 'MESSAGE_REDACTED',
  message: 'The message has been withdrawn.',
}

export function limitReached(limit: number, message: string): LimitReached {
  return { __typename: 'LimitReached', code: 'LIMIT_REACHED', message, limit }
}
