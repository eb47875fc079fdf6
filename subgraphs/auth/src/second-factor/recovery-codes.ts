import { createHmac, randomInt } from 'node:crypto'

/** Crockford's Base32: nothing in it can be taken for something else. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codesPerPerson = 10
const groups = 4

/** Codes of 80 random bits, such as `7K3M-9QXT-0VRB-AH2D`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: codesPerPerson }, () =>
    Array.from({ length: groups }, newGroup).join('-'),
  )
}

/** An HMAC with a secret that is not in the database, so that the table alone allows no guessing. */
export function hashOfRecoveryCode(secret: Buffer, accountId: string, code: string): Buffer {
  return createHmac('sha256', secret)
    .update(`${accountId}.${asMeant(code)}`)
    .digest()
}

function newGroup(): string {
  return Array.from({ length: 4 }, () => letters.charAt(randomInt(letters.length))).join('')
}

/** What people type when they read a code from paper. */
function asMeant(code: string): string {
  return code
    .slice(0, 100)
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
}
