import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { Resolvers, SubscriptionResolvers } from '../generated/resolver-types.ts'
import { attended } from '../presence/attended.ts'
import type { InboxEvent } from './inbox-event.ts'

export const inboxSubscriptions: Pick<SubscriptionResolvers, 'inbox'> = {
  inbox: {
    subscribe: (_parent, { after }, context) =>
      attended(context, (viewer) => context.inboxes.open(viewer, after)),
    resolve: (event: InboxEvent) => event,
  },
}

const room = ({ roomId }: { readonly roomId: string }) => ({ id: roomId })

export const inboxResolvers: Pick<
  Resolvers,
  | 'InboxMessage'
  | 'InboxMessageChange'
  | 'InboxRoomAdded'
  | 'InboxRoomChanged'
  | 'InboxRoomRead'
  | 'InboxInvitations'
> = {
  InboxMessage: { room },
  InboxMessageChange: { room, change: ({ message }) => message.changed },
  InboxRoomAdded: { room },
  InboxRoomChanged: { room },
  InboxRoomRead: { room },
  InboxInvitations: {
    pendingCount: (_parent, _args, { viewer, reads, now }) =>
      reads.inboxes.countInvitations(requireViewer(viewer).userId, now()),
  },
}
