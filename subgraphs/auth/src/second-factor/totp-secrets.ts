import { seal, unseal } from '../keys/sealed.ts'

/** Secrets of authenticator apps as they are stored: sealed, each for its account. */
export interface TotpSecrets {
  seal(accountId: string, secret: string): Buffer
  /** Throws when it was sealed for another account, or with another key. */
  open(accountId: string, sealed: Buffer): string
}

/** The key has 32 bytes. */
export function createTotpSecrets(key: Buffer): TotpSecrets {
  const mark = (accountId: string) => `totp.${accountId}.`
  return {
    seal: (accountId, secret) => seal(key, mark(accountId) + secret),
    open(accountId, sealed) {
      const text = unseal(key, sealed)
      // A row that was copied to another account must not let its owner in there.
      if (!text.startsWith(mark(accountId))) {
        throw new Error(`The secret was not sealed for account ${accountId}.`)
      }
      return text.slice(mark(accountId).length)
    },
  }
}
