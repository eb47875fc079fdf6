import { type Consumer, defineConsumer } from '@gravity/shared/events/consumer'
import {
  accountOpened,
  emailChanged,
  emailChangeRequested,
  emailVerificationRequested,
  passwordChanged,
  passwordResetRequested,
  secondFactorChanged,
  takenEmailNamed,
} from '@gravity/shared/events/contracts/auth'
import type { EventContract } from '@gravity/shared/events/event-contract'
import {
  emailChangedMails,
  emailChangeMails,
  invitationMail,
  type Mail,
  passwordChangedMail,
  resetMail,
  secondFactorMail,
  takenEmailMail,
  verificationMail,
} from '../mailbox/compose-mails.ts'
import type { MailboxService } from '../mailbox/mailbox.service.ts'
import type { AuthStore } from '../store.ts'

/** Stands in for the service that will send mail. */
export function developmentMailConsumers(mailbox: MailboxService): Consumer<AuthStore>[] {
  const keep = <Payload>(
    event: EventContract<Payload>,
    compose: (payload: Payload) => readonly Mail[],
  ) =>
    defineConsumer({
      name: `mailbox:${event.name}`,
      event,
      consume: (store: AuthStore, { id, payload }, { log }) =>
        mailbox.deliver(store, { eventId: id, mails: compose(payload), log }),
    })
  return [
    keep(emailVerificationRequested, verificationMail),
    keep(takenEmailNamed, takenEmailMail),
    keep(accountOpened, invitationMail),
    keep(passwordResetRequested, resetMail),
    keep(passwordChanged, passwordChangedMail),
    keep(emailChangeRequested, emailChangeMails),
    keep(emailChanged, emailChangedMails),
    keep(secondFactorChanged, secondFactorMail),
  ]
}
