import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { ChatContext } from '../context.ts'
import type {
  MutationResolvers,
  Resolvers,
  SubscriptionResolvers,
} from '../generated/resolver-types.ts'
import type { SettingsRow } from '../people/settings.repository.ts'
import { userReference } from '../people/user-reference.ts'
import { attended } from './attended.ts'
import type { SeenPerson } from './presence.service.ts'

const statusNames = { online: 'ONLINE', away: 'AWAY', offline: 'OFFLINE' } as const

function seen(userId: string, { viewer }: ChatContext): SeenPerson {
  return { userId, isSelf: userId === viewer?.userId }
}

/** A status that has not run out. */
function present(settings: SettingsRow | null, { now }: ChatContext): SettingsRow | null {
  const ends = settings?.statusExpiresAt
  return settings && (!ends || ends > now()) ? settings : null
}

export const presenceMutations: Pick<MutationResolvers, 'setStatus' | 'reportActivity'> = {
  async setStatus(_parent, { input }, context) {
    const viewer = requireViewer(context.viewer)
    const result = await context.settings.setStatus(viewer, input)
    if ('__typename' in result) return result
    return { __typename: 'Presence', ...seen(viewer.userId, context) }
  },
  reportActivity(_parent, _args, context) {
    const viewer = requireViewer(context.viewer)
    context.presence.report(viewer)
    return { __typename: 'Presence', ...seen(viewer.userId, context) }
  },
}

export const presenceSubscriptions: Pick<SubscriptionResolvers, 'presenceChanged'> = {
  presenceChanged: {
    subscribe: (_parent, args, context) =>
      attended(context, (viewer) => context.presence.watch(viewer, args)),
    resolve: (userId: string, _args: object, context: ChatContext) => seen(userId, context),
  },
}

export const presenceResolvers: Pick<Resolvers, 'User' | 'Presence'> = {
  User: {
    __resolveReference: ({ id }) => userReference(id.toLowerCase()),
    async presence({ id }, _args, context) {
      return (await context.loaders.isAcquainted(id)) ? seen(id.toLowerCase(), context) : null
    },
  },
  Presence: {
    user: ({ userId }) => userReference(userId),
    async status(person, _args, { loaders, presence }) {
      return statusNames[presence.statusOf(person, await loaders.settings(person.userId))]
    },
    async lastActiveAt(person, _args, { loaders, presence }) {
      return presence.lastActiveAt(person, await loaders.settings(person.userId))
    },
    async statusText({ userId }, _args, context) {
      return present(await context.loaders.settings(userId), context)?.statusText ?? null
    },
    async statusEmoji({ userId }, _args, context) {
      return present(await context.loaders.settings(userId), context)?.statusEmoji ?? null
    },
    async statusExpiresAt({ userId }, _args, context) {
      return present(await context.loaders.settings(userId), context)?.statusExpiresAt ?? null
    },
  },
}
