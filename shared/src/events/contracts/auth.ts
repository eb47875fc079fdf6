import { z } from 'zod'
import { mailTokenPurposes } from '../../mail/mail-tokens.ts'
import { defineEvent } from '../event-contract.ts'
import { erasureAcknowledgement, exportPart } from './leaving.ts'

/** A person has an account; the users service makes the profile. The aggregate is the account. */
export const userRegistered = defineEvent('auth.user-registered.v1', {
  payload: z.object({
    userId: z.guid(),
    email: z.string(),
    displayName: z.string(),
    registeredAt: z.iso.datetime({ offset: true }),
  }),
  consumers: ['users'],
})

/** A session has ended before its time; its access tokens are refused from now on. The aggregate is the session. */
export const sessionRevoked = defineEvent('auth.session-revoked.v1', {
  payload: z.object({
    sessionId: z.guid(),
    userId: z.guid(),
    reason: z.enum([
      'logout',
      'refresh-token-reuse',
      'authorization-code-reuse',
      'password-changed',
      'administrator',
      'impersonation-ended',
      'expired',
    ]),
  }),
  consumers: ['auth'],
})

/**
 * An administrator has ordered that a person leaves for good. Auth has suspended the account already; the users service
 * carries the deletion through all services. Ordering again changes nothing. The aggregate is the account.
 */
export const accountDeletionOrdered = defineEvent('auth.account-deletion-ordered.v1', {
  payload: z.object({
    userId: z.guid(),
    orderedBy: z.guid(),
    orderedAt: z.iso.datetime({ offset: true }),
  }),
  consumers: ['users'],
})

/**
 * Somebody named an address and asked for a mail to it. Auth itself decides afterwards what the address gets, so that the
 * answer to the request says neither by its words nor by its time whether there is an account. The aggregate is the request.
 */
export const accountMailAsked = defineEvent('auth.account-mail-asked.v1', {
  payload: z.object({
    kind: z.enum(['registration', 'verification', 'password-reset']),
    email: z.string(),
    /** Of the pending registration, when that is what it is about. */
    registrationId: z.guid().optional(),
  }),
  consumers: ['auth'],
})

// What follows is to be told to a person by mail. Until there is a service that sends mail, auth's development mailbox
// consumes it; that service takes its place in these lists. An event names a ticket, never a token: see mail-tokens.ts.
const mailConsumers = ['auth']
const ticket = z.object({ purpose: z.enum(mailTokenPurposes), id: z.guid() })
const moment = z.iso.datetime({ offset: true })

/** An address is to be confirmed by a link with the ticket's token. The aggregate is the ticket. */
export const emailVerificationRequested = defineEvent('auth.email-verification-requested.v1', {
  payload: z.object({ email: z.string(), ticket, expiresAt: moment }),
  consumers: mailConsumers,
})

/** Somebody tried to use an address for an account, or for another one, that has an account. The aggregate is the account. */
export const takenEmailNamed = defineEvent('auth.taken-email-named.v1', {
  payload: z.object({ userId: z.guid(), email: z.string() }),
  consumers: mailConsumers,
})

/** An administrator has made an account; its holder chooses the password by a link with the ticket's token. The aggregate is the account. */
export const accountOpened = defineEvent('auth.account-opened.v1', {
  payload: z.object({ userId: z.guid(), email: z.string(), ticket, expiresAt: moment }),
  consumers: mailConsumers,
})

/** A forgotten password is to be replaced by a link with the ticket's token. The aggregate is the ticket. */
export const passwordResetRequested = defineEvent('auth.password-reset-requested.v1', {
  payload: z.object({ userId: z.guid(), email: z.string(), ticket, expiresAt: moment }),
  consumers: mailConsumers,
})

/** An account has a new password; its owner is told, since it may not have been them. The aggregate is the account. */
export const passwordChanged = defineEvent('auth.password-changed.v1', {
  payload: z.object({
    userId: z.guid(),
    email: z.string(),
    by: z.enum(['present-password', 'mail']),
    changedAt: moment,
  }),
  consumers: mailConsumers,
})

/** An account is to get another address, which both addresses must confirm by their own link. The aggregate is the change. */
export const emailChangeRequested = defineEvent('auth.email-change-requested.v1', {
  payload: z.object({
    userId: z.guid(),
    presentEmail: z.string(),
    newEmail: z.string(),
    presentTicket: ticket,
    /** Null when the new address has an account already, which is told by its own event. */
    newTicket: ticket.nullable(),
    expiresAt: moment,
  }),
  consumers: mailConsumers,
})

/** An account has another address. Both addresses are told. The aggregate is the account. */
export const emailChanged = defineEvent('auth.email-changed.v1', {
  payload: z.object({
    userId: z.guid(),
    previousEmail: z.string(),
    email: z.string(),
    changedAt: moment,
  }),
  consumers: mailConsumers,
})

/**
 * It has changed how an account can be proved beside its password, or something happened there that its owner must know,
 * since it may not have been them. The aggregate is the account.
 */
export const secondFactorChanged = defineEvent('auth.second-factor-changed.v1', {
  payload: z.object({
    userId: z.guid(),
    email: z.string(),
    change: z.enum([
      'totp-enabled',
      'totp-disabled',
      'passkey-added',
      'passkey-removed',
      'passkey-copied',
      'recovery-codes-made',
      'recovery-code-used',
      'second-factors-reset',
    ]),
    /** The name of the passkey, or how many recovery codes are left; null for the rest. */
    detail: z.string().nullable(),
    changedAt: moment,
  }),
  consumers: mailConsumers,
})

/** Auth has erased a person: no account, session or address of theirs is left. The aggregate is the person. */
export const personErasedByAuth = defineEvent('auth.person-erased.v1', {
  payload: erasureAcknowledgement,
  consumers: ['users'],
})

/** What auth keeps about a person, or a part of it. The aggregate is the export. */
export const authExportPart = defineEvent('auth.export-part.v1', {
  payload: exportPart,
  consumers: ['users'],
})
