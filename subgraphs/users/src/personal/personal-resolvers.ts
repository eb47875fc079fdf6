import { addressMutations, addressQueries } from '../addresses/address.resolvers.ts'
import { consentMutations, consentQueries } from '../consents/consent.resolvers.ts'
import {
  deletionMutations,
  deletionQueries,
  deletionResolvers,
} from '../deletion/deletion.resolvers.ts'
import { exportMutations, exportQueries, exportResolvers } from '../export/data-export.resolvers.ts'
import type { UserResolvers } from '../generated/resolver-types.ts'
import { linkedFieldResolvers, linkMutations } from '../links/link.resolvers.ts'
import { usernameMutations, usernameQueries } from '../usernames/username.resolvers.ts'
import {
  verificationMutations,
  verificationQueries,
  verificationResolvers,
} from '../verification/verification.resolvers.ts'

export const personalQueries = {
  ...usernameQueries,
  ...deletionQueries,
  ...exportQueries,
  ...verificationQueries,
  ...addressQueries,
  ...consentQueries,
}

export const personalMutations = {
  ...usernameMutations,
  ...deletionMutations,
  ...exportMutations,
  ...verificationMutations,
  ...linkMutations,
  ...addressMutations,
  ...consentMutations,
}

export const personalFieldResolvers: Pick<
  UserResolvers,
  'isVerified' | 'isDeleted' | 'links' | 'profileUrl'
> = {
  ...linkedFieldResolvers,
  isVerified: ({ verifiedAt }) => verifiedAt !== null,
  isDeleted: ({ erasedAt }) => erasedAt !== null,
}

export const personalResolvers = {
  ...deletionResolvers,
  ...exportResolvers,
  ...verificationResolvers,
}
