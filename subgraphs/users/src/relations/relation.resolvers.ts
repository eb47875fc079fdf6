import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { UsersContext } from '../context.ts'
import type {
  MutationResolvers,
  QueryResolvers,
  Resolvers,
  UserResolvers,
} from '../generated/resolver-types.ts'
import { maySee } from '../privacy/privacy.resolvers.ts'
import type { SeenProfile } from '../privacy/sight.ts'
import type { ChangedPerson } from './follow.service.ts'
import { blockPage, mutePage, peoplePage, requestPage } from './relation-pages.ts'
import { personNotFound } from './relation-problems.ts'

/** The result of a mutation that gives the person back, as they are after it. */
async function asPerson<Problem extends { readonly __typename: string }>(
  result: ChangedPerson | Problem,
  context: UsersContext,
) {
  if ('__typename' in result) return result
  context.forget()
  const person = await context.person(result.id)
  return person ? { __typename: 'User' as const, ...person } : personNotFound
}

export const relationQueries: Pick<
  QueryResolvers,
  'followRequests' | 'sentFollowRequests' | 'blockedPeople' | 'mutedPeople'
> = {
  followRequests: (_parent, args, context) =>
    requestPage(context, { viewer: requireViewer(context.viewer), side: 'received' }, args),
  sentFollowRequests: (_parent, args, context) =>
    requestPage(context, { viewer: requireViewer(context.viewer), side: 'sent' }, args),
  blockedPeople: (_parent, args, context) =>
    blockPage(context, requireViewer(context.viewer), args),
  mutedPeople: (_parent, args, context) => mutePage(context, requireViewer(context.viewer), args),
}

export const relationMutations: Pick<
  MutationResolvers,
  | 'followUser'
  | 'unfollowUser'
  | 'removeFollower'
  | 'acceptFollowRequest'
  | 'declineFollowRequest'
  | 'withdrawFollowRequest'
  | 'blockUser'
  | 'unblockUser'
  | 'muteUser'
  | 'unmuteUser'
> = {
  async followUser(_parent, { input }, context) {
    const { follows, viewer } = context
    return asPerson(await follows.follow(requireViewer(viewer), input.userId), context)
  },
  async unfollowUser(_parent, { input }, context) {
    const { follows, viewer } = context
    return asPerson(await follows.unfollow(requireViewer(viewer), input.userId), context)
  },
  async removeFollower(_parent, { input }, context) {
    const { follows, viewer } = context
    return asPerson(await follows.removeFollower(requireViewer(viewer), input.userId), context)
  },
  async acceptFollowRequest(_parent, { input }, context) {
    const { follows, viewer } = context
    return asPerson(await follows.accept(requireViewer(viewer), input.userId), context)
  },
  async declineFollowRequest(_parent, { input }, context) {
    const { follows, viewer } = context
    return asPerson(await follows.decline(requireViewer(viewer), input.userId), context)
  },
  async withdrawFollowRequest(_parent, { input }, context) {
    const { follows, viewer } = context
    return asPerson(await follows.withdraw(requireViewer(viewer), input.userId), context)
  },
  async blockUser(_parent, { input }, context) {
    const result = await context.blocks.block(requireViewer(context.viewer), input.userId)
    context.forget()
    return '__typename' in result ? result : { __typename: 'UserBlocked', ...result }
  },
  async unblockUser(_parent, { input }, context) {
    const result = await context.blocks.unblock(requireViewer(context.viewer), input.userId)
    context.forget()
    return '__typename' in result ? result : { __typename: 'UserUnblocked', ...result }
  },
  async muteUser(_parent, { input }, context) {
    const { mutes, viewer } = context
    const until = input.until ?? null
    return asPerson(await mutes.mute(requireViewer(viewer), input.userId, until), context)
  },
  async unmuteUser(_parent, { input }, context) {
    const { mutes, viewer } = context
    return asPerson(await mutes.unmute(requireViewer(viewer), input.userId), context)
  },
}

function followList(side: 'followers' | 'following') {
  return (person: SeenProfile, args: Parameters<typeof peoplePage>[2], context: UsersContext) =>
    maySee(person, side, context) ? peoplePage(context, { userId: person.id, side }, args) : null
}

export const relatedFieldResolvers: Pick<
  UserResolvers,
  'followerCount' | 'followingCount' | 'followers' | 'following' | 'viewerRelation'
> = {
  followerCount: (person, _args, context) =>
    maySee(person, 'counts', context) ? person.followerCount : null,
  followingCount: (person, _args, context) =>
    maySee(person, 'counts', context) ? person.followingCount : null,
  followers: followList('followers'),
  following: followList('following'),
  viewerRelation({ id, sight }, _args, { viewer, loaders }) {
    if (sight.isVeiled || id === viewer?.userId) return null
    return loaders.relations.relationTo(id)
  },
}

export const unblockedResolvers: Pick<Resolvers, 'UserUnblocked'> = {
  UserUnblocked: {
    async user({ userId }, _args, { person }) {
      const found = await person(userId)
      return found?.sight.isVeiled ? null : found
    },
  },
}
