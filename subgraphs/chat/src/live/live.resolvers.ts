import type { Resolvers, SubscriptionResolvers } from '../generated/resolver-types.ts'
import type { MessageRow } from '../messages/message.entity.ts'
import { userReference } from '../people/user-reference.ts'
import { attended } from '../presence/attended.ts'
import type { MemberReceipt } from '../receipts/read-marker.repository.ts'
import type { RoomSignal, TypingSignal } from './room-signals.ts'

export const liveSubscriptions: Pick<
  SubscriptionResolvers,
  'messageAdded' | 'messageChanged' | 'receiptChanged' | 'roomChanged' | 'typingChanged'
> = {
  messageAdded: {
    subscribe: (_parent, args, context) =>
      attended(context, (viewer) => context.live.listen(viewer, args)),
    resolve: (message: MessageRow) => message,
  },
  messageChanged: {
    subscribe: (_parent, args, context) =>
      attended(context, (viewer) => context.live.listenToChanges(viewer, args)),
    resolve: (message: MessageRow) => ({ change: message.changed, message }),
  },
  receiptChanged: {
    subscribe: (_parent, { roomId }, context) =>
      attended(context, (viewer) => context.live.listenToReceipts(viewer, roomId)),
    resolve: (receipt: MemberReceipt) => receipt,
  },
  roomChanged: {
    subscribe: (_parent, { roomId }, context) =>
      attended(context, (viewer) => context.live.listenToRoom(viewer, roomId)),
    resolve: ({ roomId }: RoomSignal) => ({ id: roomId }),
  },
  typingChanged: {
    subscribe: (_parent, { roomId }, context) =>
      attended(context, (viewer) => context.live.listenToTyping(viewer, roomId)),
    resolve: (typing: TypingSignal) => typing,
  },
}

export const liveResolvers: Pick<Resolvers, 'ReadReceipt' | 'TypingChange'> = {
  ReadReceipt: {
    user: ({ userId }) => userReference(userId),
  },
  TypingChange: {
    people: ({ userIds }) => userIds.map(userReference),
  },
}
