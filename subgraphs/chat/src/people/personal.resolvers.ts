import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers, Resolvers } from '../generated/resolver-types.ts'
import { ignoredPage } from '../ignores/ignored-page.ts'
import type { NotificationLevel } from '../notification-levels/attention.ts'
import { usualSettings } from './settings.repository.ts'
import { userReference } from './user-reference.ts'

const levelNames = { all: 'ALL', mentions: 'MENTIONS', nothing: 'NOTHING' } as const
const levels = { ALL: 'all', MENTIONS: 'mentions', NOTHING: 'nothing' } as const

export const personalQueries: Pick<QueryResolvers, 'chatSettings' | 'ignoredPeople'> = {
  async chatSettings(_parent, _args, { viewer, loaders }) {
    const { userId } = requireViewer(viewer)
    return (await loaders.settings(userId)) ?? { userId, ...usualSettings }
  },
  ignoredPeople: (_parent, args, { viewer, reads }) =>
    ignoredPage(reads.ignores, requireViewer(viewer), args),
}

export const personalMutations: Pick<
  MutationResolvers,
  'changeChatSettings' | 'setRoomNotifications' | 'ignorePerson' | 'stopIgnoringPerson'
> = {
  async changeChatSettings(_parent, { input }, { viewer, settings }) {
    const { notificationLevel: level, ...others } = input
    const notificationLevel = level ? levels[level] : undefined
    const wanted = { ...others, notificationLevel }
    return {
      __typename: 'ChatSettings',
      ...(await settings.change(requireViewer(viewer), wanted)),
    }
  },
  async setRoomNotifications(_parent, { input }, { viewer, attention }) {
    const level: NotificationLevel | null = input.level ? levels[input.level] : null
    const wish = { roomId: input.roomId, level, mutedUntil: input.mutedUntil ?? null }
    const result = await attention.wish(requireViewer(viewer), wish)
    return '__typename' in result ? result : { __typename: 'Room', ...result }
  },
  async ignorePerson(_parent, { input }, { viewer, signal, ignoring }) {
    const result = await ignoring.ignore(requireViewer(viewer), input.userId, signal)
    if ('__typename' in result) return result
    return { __typename: 'PersonIgnored', user: userReference(result.id) }
  },
  async stopIgnoringPerson(_parent, { input }, { viewer, ignoring }) {
    const { id } = await ignoring.stop(requireViewer(viewer), input.userId)
    return { __typename: 'PersonNotIgnored', user: userReference(id) }
  },
}

export const personalResolvers: Pick<Resolvers, 'ChatSettings' | 'RoomNotifications'> = {
  ChatSettings: {
    notificationLevel: ({ notificationLevel }) => levelNames[notificationLevel],
  },
  RoomNotifications: {
    level: ({ level }) => levelNames[level],
    mutedUntil: ({ mutedUntil }, _args, { now }) =>
      mutedUntil && mutedUntil > now() ? mutedUntil : null,
  },
}
