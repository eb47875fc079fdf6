import type {
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

export function invitationMail(event: PayloadOf<typeof accountOpened>): Mail[] {
  return [
    {
      to: event.email,
      subject: 'Your account is ready',
      body: `An account was made for you with this address. Open the link to choose its password. It works once, until ${event.expiresAt}; later, ask for a new password.`,
      ticket: event.ticket,
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

type SecondFactorChanged = PayloadOf<typeof secondFactorChanged>

/** For each change, the subject and what has happened. */
const secondFactorNews: Readonly<
  Record<
    SecondFactorChanged['change'],
    (detail: string | null) => readonly [subject: string, fact: string]
  >
> = {
  'totp-enabled': () => [
    'An authenticator app was added to your account',
    'From now on signing in asks for its code.',
  ],
  'totp-disabled': () => [
    'The authenticator app was removed from your account',
    'Its codes let nobody in any more.',
  ],
  'passkey-added': (name) => [
    'A passkey was added to your account',
    `It is called ${name}, and signs in without the password.`,
  ],
  'passkey-removed': (name) => [
    'A passkey was removed from your account',
    `It was called ${name}, and lets nobody in any more.`,
  ],
  'passkey-copied': (name) => [
    'A passkey of your account may have been copied',
    `The device of ${name} counts its uses, and somebody tried to sign in with an older count. They were refused. Remove the passkey, and register it again.`,
  ],
  'recovery-codes-made': () => [
    'You have new recovery codes',
    'Earlier recovery codes let nobody in any more.',
  ],
  'recovery-code-used': (left) => [
    'A recovery code was used',
    `It cannot be used again; ${left} are left. Make new ones before there are none.`,
  ],
  'second-factors-reset': () => [
    'Your second factors were removed',
    'An administrator has removed the authenticator app, the passkeys and the recovery codes of your account, and ended its sessions. The password alone lets you in until you add another second factor.',
  ],
}

export function secondFactorMail(event: SecondFactorChanged): Mail[] {
  const [subject, fact] = secondFactorNews[event.change](event.detail)
  return [
    {
      to: event.email,
      subject,
      body: `${fact} This happened at ${event.changedAt}. If it was not you, replace your password now.`,
      ticket: null,
    },
  ]
}
