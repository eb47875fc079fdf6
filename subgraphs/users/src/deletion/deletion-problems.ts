export interface AdministratorStays {
  readonly __typename: 'AdministratorStays'
  readonly code: 'ADMINISTRATOR_STAYS'
  readonly message: string
}

export const administratorStays: AdministratorStays = {
  __typename: 'AdministratorStays',
  code: 'ADMINISTRATOR_STAYS',
  message:
    'You may administer accounts. Have that role removed first, which needs somebody else who has it.',
}

export interface RecentSignInRequired {
  readonly __typename: 'RecentSignInRequired'
  readonly code: 'RECENT_SIGN_IN_REQUIRED'
  readonly message: string
}

export const recentSignInRequired: RecentSignInRequired = {
  __typename: 'RecentSignInRequired',
  code: 'RECENT_SIGN_IN_REQUIRED',
  message: 'Sign in again, or step up, and then ask once more within 15 minutes.',
}

export interface DeletionBegun {
  readonly __typename: 'DeletionBegun'
  readonly code: 'DELETION_BEGUN'
  readonly message: string
}

export const deletionBegun: DeletionBegun = {
  __typename: 'DeletionBegun',
  code: 'DELETION_BEGUN',
  message: 'The account is being deleted already, which cannot be undone.',
}
