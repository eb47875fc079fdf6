import { type Consumer, defineConsumer } from '@gravity/shared/events/consumer'
import {
  deletionCancelled,
  deletionScheduled,
  exportReady,
} from '@gravity/shared/events/contracts/users'
import type { EventContract } from '@gravity/shared/events/event-contract'
import type { Mail } from '../mailbox/compose-mails.ts'
import type { MailboxService } from '../mailbox/mailbox.service.ts'
import type { AuthStore } from '../store.ts'

type Letter = Pick<Mail, 'subject' | 'body'>

/** Tells people by mail what becomes of their account and their data. The users service does not know their addresses. */
export function leavingMailConsumers(mailbox: MailboxService): Consumer<AuthStore>[] {
  const tell = <Payload extends { readonly userId: string }>(
    event: EventContract<Payload>,
    compose: (payload: Payload) => Letter,
  ) =>
    defineConsumer({
      name: `mailbox:${event.name}`,
      event,
      async consume(store: AuthStore, { id, payload }, { log }) {
        const account = await store.accounts.byId(payload.userId)
        if (!account) return
        const mail = { ...compose(payload), to: account.email, ticket: null }
        await mailbox.deliver(store, { eventId: id, mails: [mail], log })
      },
    })
  return [
    tell(deletionScheduled, ({ dueAt }) => ({
      subject: 'Your account will be deleted',
      body: `You asked for your account and everything that is yours to be deleted. That begins at ${dueAt} and cannot be undone. Until then you can sign in and cancel it. If it was not you, cancel it and replace your password now.`,
    })),
    tell(deletionCancelled, () => ({
      subject: 'Your account stays',
      body: 'Your account will not be deleted: the request was cancelled. If it was not you, replace your password now.',
    })),
    tell(exportReady, ({ expiresAt }) => ({
      subject: 'Your data can be fetched',
      body: `What is kept about you has been collected as you asked. Sign in to fetch it until ${expiresAt}. If you did not ask for it, replace your password now.`,
    })),
  ]
}
