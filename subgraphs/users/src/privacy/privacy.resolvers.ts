import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { UsersContext } from '../context.ts'
import type {
  MutationResolvers,
  QueryResolvers,
  UserResolvers,
} from '../generated/resolver-types.ts'
import type { ProtectedField } from './privacy-settings.ts'
import { mayRead, type SeenProfile } from './sight.ts'

/** Whether the viewer may read a field that the person can hide; an answer that depends on it is for nobody else. */
export function maySee(
  { sight }: SeenProfile,
  field: ProtectedField,
  { audience }: Pick<UsersContext, 'audience'>,
): boolean {
  if (sight.settings[field] !== 'EVERYONE') audience.restrict()
  return mayRead(sight, field)
}

export const privacyQueries: Pick<QueryResolvers, 'myPrivacy' | 'myProfileAs'> = {
  myPrivacy: (_parent, _args, { viewer, privacy }) => privacy.read(requireViewer(viewer)),
  myProfileAs: (_parent, { viewer: as, personId }, { viewer, privacy }) =>
    privacy.profileAs(requireViewer(viewer), as ?? 'ANYONE', personId ?? null),
}

export const privacyMutations: Pick<MutationResolvers, 'updatePrivacy'> = {
  async updatePrivacy(_parent, { input }, { viewer, privacy }) {
    const changed = await privacy.update(requireViewer(viewer), input)
    return { __typename: 'PrivacySettings', ...changed }
  },
}

export const protectedFieldResolvers: Pick<UserResolvers, 'bio' | 'avatarUrl'> = {
  bio: (person, _args, context) => (maySee(person, 'bio', context) ? person.bio : null),
  avatarUrl: (person, _args, context) =>
    maySee(person, 'avatar', context) ? person.avatarUrl : null,
}
