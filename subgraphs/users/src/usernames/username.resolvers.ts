import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers } from '../generated/resolver-types.ts'
import { asUser } from '../personal/as-user.ts'

export const usernameQueries: Pick<QueryResolvers, 'userByUsername' | 'usernameHistory'> = {
  async userByUsername(_parent, { username }, { person, personal }) {
    const id = await personal.usernames.ownerOf(username)
    const found = id === undefined ? null : await person(id)
    return found?.sight.isVeiled ? null : found
  },
  usernameHistory: (_parent, args, { personal, viewer }) =>
    personal.usernames.history(requireViewer(viewer), args),
}

export const usernameMutations: Pick<MutationResolvers, 'changeUsername'> = {
  async changeUsername(_parent, { input }, context) {
    const viewer = requireViewer(context.viewer)
    return asUser(await context.personal.usernames.change(viewer, input.username), context)
  },
}
