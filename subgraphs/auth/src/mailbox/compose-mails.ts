import type {
  emailChanged,
  emailChangeRequested,
  emailVerificationRequested,
  passwordChanged,
  passwordResetRequested,
  takenEmailNamed,
} from '@gravity/shared/events/contracts/auth'
import type { EventContract } from '@gravity/shared/events/event-contract'
import type { MailTicket } from '@gravity/shared/mail/mail-tokens'

/** A mail before its link is made: the token exists only in what is shown or sent. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly body: string
  readonly ticket: MailTicket | null
}

type PayloadOf<Contract> = Contract extends EventContract<infer Payload> ? Payload : never

export function verificationMail(event: PayloadOf<typeof emailVerificationRequested>): Mail[] {
  return [
    {
      to: event.email,
      subject: 'Confirm your address',
      body: `Open the link to confirm that this address is yours. It works until ${event.expiresAt}. If you did not ask for an account, do nothing.`,
      ticket: event.ticket,
    },
  ]
}

export function takenEmailMail(event: PayloadOf<typeof takenEmailNamed>): Mail[] {
  return [
    {
      to: event.email,
      subject: 'You already have an account',
      body: 'Somebody wanted to use this address for an account, but it has one. If it was you, sign in, or ask for a new password. If not, do nothing.',
      ticket: null,
    },
  ]
}

export function resetMail(event: PayloadOf<typeof passwordResetRequested>): Mail[] {
  return [
    {
      to: event.email,
      subject: 'Replace your password',
      body: `Open the link to choose a new password. It works once, until ${event.expiresAt}. If you did not ask for it, do nothing: your password stays as it is.`,
      ticket: event.ticket,
    },
  ]
}

export function passwordChangedMail(event: PayloadOf<typeof passwordChanged>): Mail[] {
  const how = event.by === 'mail' ? 'by a link in a mail' : 'by its present password'
  return [
    {
      to: event.email,
      subject: 'Your password was changed',
      body: `The password of your account was changed ${how} at ${event.changedAt}, and other sessions were ended. If it was not you, replace the password now.`,
      ticket: null,
    },
  ]
}

export function emailChangeMails(event: PayloadOf<typeof emailChangeRequested>): Mail[] {
  const until = `Both addresses must agree until ${event.expiresAt}.`
  const present: Mail = {
    to: event.presentEmail,
    subject: 'Confirm that your address changes',
    body: `Your account is to have the address ${event.newEmail}. Open the link to agree. ${until} If you did not ask for it, change your password.`,
    ticket: event.presentTicket,
  }
  if (!event.newTicket) return [present]
  return [
    present,
    {
      to: event.newEmail,
      subject: 'Confirm your new address',
      body: `An account is to have this address. Open the link to agree. ${until} If you did not ask for it, do nothing.`,
      ticket: event.newTicket,
    },
  ]
}

export function emailChangedMails(event: PayloadOf<typeof emailChanged>): Mail[] {
  const body = `The address of your account was changed from ${event.previousEmail} to ${event.email} at ${event.changedAt}.`
  return [event.previousEmail, event.email].map((to) => ({
    to,
    subject: 'The address of your account was changed',
    body,
    ticket: null,
  }))
}
