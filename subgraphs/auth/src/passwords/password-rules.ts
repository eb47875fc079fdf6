import { readFile } from 'node:fs/promises'
import type { BreachedPasswords } from './breached-passwords.ts'
import { isAcceptablePassword } from './password-hashing.ts'

/** Says what is wrong with a password that somebody wants to have. */
export interface PasswordRules {
  /** A sentence for people; undefined when nothing is wrong. */
  fault(password: string, email: string): Promise<string | undefined>
}

const tooCommon =
  'This password is among the first that somebody would try. Choose one that nobody else has.'

/** NIST SP 800-63B, 3.1.1.2: length, no common or breached passwords, not the person's own name; no rules of composition. */
export async function createPasswordRules(breached?: BreachedPasswords): Promise<PasswordRules> {
  const list = await readFile(new URL('./common-passwords.txt', import.meta.url), 'utf8')
  const common = new Set(list.split('\n').filter(Boolean))
  return {
    async fault(password, email) {
      if (!isAcceptablePassword(password)) return 'A password has 8 to 128 characters.'
      const plain = password.normalize('NFKC').toLowerCase()
      if (common.has(plain)) return tooCommon
      if (plain === email || plain === email.split('@')[0]) {
        return 'A password is not the address. Choose one that nobody can guess.'
      }
      if (await breached?.has(password)) {
        return 'This password has appeared in a data breach. Choose one that nobody else has.'
      }
      return undefined
    },
  }
}
