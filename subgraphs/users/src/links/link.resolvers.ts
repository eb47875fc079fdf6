import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, UserResolvers } from '../generated/resolver-types.ts'
import { asUser } from '../personal/as-user.ts'
import { maySee } from '../privacy/privacy.resolvers.ts'

export const linkMutations: Pick<MutationResolvers, 'updateLinks'> = {
  async updateLinks(_parent, { input }, context) {
    const viewer = requireViewer(context.viewer)
    return asUser(await context.personal.links.replace(viewer, input.urls), context)
  },
}

export const linkedFieldResolvers: Pick<UserResolvers, 'links' | 'profileUrl'> = {
  async links(person, _args, context) {
    return maySee(person, 'socialLinks', context)
      ? [...(await context.loaders.linksOf.load(person.id))]
      : null
  },
  profileUrl: ({ username }, _args, { personal }) => personal.links.profileUrl(username),
}
