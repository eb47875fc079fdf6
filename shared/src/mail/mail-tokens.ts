import { createHmac, timingSafeEqual } from 'node:crypto'
import { isUuid } from '../identifiers/uuid-v7.ts'

/**
 * Terminology
 * - Mail token: the secret in a link or code that a person receives by mail, and by which they prove that they read it.
 * - Ticket: the stored row that a token stands for: what may be done with it, until when, and whether it was used.
 *
 * A token is the ticket's id with an HMAC over purpose and id. It is nowhere stored and travels in no event: whoever sends
 * the mail derives it from the id at the last moment. A copy of the tables, the queues, the dead letters or the logs
 * holds nothing that opens an account.
 */

/** What a token may be used for; a token of one purpose is good for no other. */
export const mailTokenPurposes = [
  'register',
  'verify-email',
  'reset-password',
  'confirm-present-email',
  'confirm-new-email',
] as const
export type MailTokenPurpose = (typeof mailTokenPurposes)[number]

/** Which ticket a token stands for, and for what. */
export interface MailTicket {
  readonly purpose: MailTokenPurpose
  /** A UUID. */
  readonly id: string
}

/** Makes tokens and reads them. Both need the same secret: `platform.secretFor(MAIL_TOKEN_SECRET)`. */
export interface MailTokens {
  /** 64 characters, safe in a URL. */
  tokenOf(ticket: MailTicket): string
  /** The ticket, when the token is genuine and for one of these purposes. Whether the ticket is still good, its row says. */
  read(token: string, purposes: readonly MailTokenPurpose[]): MailTicket | undefined
}

/** The purpose of the secret that every process that sends or reads mail tokens derives. */
export const MAIL_TOKEN_SECRET = 'mail.tokens'

const idBytes = 16
const tokenBytes = idBytes + 32

/** Mail tokens by HMAC-SHA256 (RFC 2104) with a secret of 32 bytes. */
export function createMailTokens(secret: Buffer): MailTokens {
  const proofOf = ({ id, purpose }: MailTicket): Buffer =>
    createHmac('sha256', secret).update(`mail-token.v1.${purpose}.${id.toLowerCase()}`).digest()
  return {
    tokenOf: (ticket) =>
      Buffer.concat([Buffer.from(ticket.id.replaceAll('-', ''), 'hex'), proofOf(ticket)]).toString(
        'base64url',
      ),
    read(token, purposes) {
      const bytes = Buffer.from(token.length <= 2 * tokenBytes ? token.trim() : '', 'base64url')
      if (bytes.length !== tokenBytes) return undefined
      const id = uuidOf(bytes.subarray(0, idBytes))
      if (!isUuid(id)) return undefined
      const proof = bytes.subarray(idBytes)
      return purposes
        .map((purpose) => ({ purpose, id }))
        .find((ticket) => timingSafeEqual(proofOf(ticket), proof))
    },
  }
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
