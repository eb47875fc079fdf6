/** The problem type of the same name. The same for nobody at all and for somebody who is hidden by a block. */
export interface PersonNotFound {
  readonly __typename: 'PersonNotFound'
  readonly code: 'PERSON_NOT_FOUND'
  readonly message: string
}

export const personNotFound: PersonNotFound = {
  __typename: 'PersonNotFound',
  code: 'PERSON_NOT_FOUND',
  message: 'There is nobody with this id.',
}

/** The problem type of the same name. */
export interface FollowRequestNotFound {
  readonly __typename: 'FollowRequestNotFound'
  readonly code: 'FOLLOW_REQUEST_NOT_FOUND'
  readonly message: string
}

export const followRequestNotFound: FollowRequestNotFound = {
  __typename: 'FollowRequestNotFound',
  code: 'FOLLOW_REQUEST_NOT_FOUND',
  message: 'This person does not ask to follow you, or has withdrawn the request.',
}
