import { GravityError } from '@gravity/shared/errors/gravity-error'
import { hash, verify } from '@node-rs/argon2'
import pLimit from 'p-limit'

/** OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane. */
// 2 is Argon2id: the package's enum cannot be imported where types are erased.
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const currentParameters = '$argon2id$v=19$m=19456,t=2,p=1$'

export interface PasswordHashing {
  hash(password: string): Promise<string>
  /** Takes as long for an unknown account (`undefined`) as for a wrong password. */
  verify(stored: string | undefined, password: string): Promise<boolean>
  /** True when a stored hash was made with other parameters than today's, and is to be replaced at the next login. */
  isOutdated(stored: string): boolean
}

export interface PasswordHashingOptions {
  /** How many hashes are computed at once; each takes 19 MiB and a processor. */
  readonly concurrency: number
  /** How many may wait before further ones are refused with RATE_LIMITED. */
  readonly queueLength: number
}

export async function createPasswordHashing(
  options: PasswordHashingOptions,
): Promise<PasswordHashing> {
  const limit = pLimit(options.concurrency)
  const bounded = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (limit.pendingCount >= options.queueLength) {
      throw new GravityError(
        'RATE_LIMITED',
        'Too many people sign in at this moment. Try again in a few seconds.',
        {
          extensions: { retryAfterSeconds: 5 },
        },
      )
    }
    return limit(work)
  }
  const decoy = await hash('a password that no account has', parameters)
  return {
    hash: async (password) => bounded(() => hash(normalized(password), parameters)),
    verify: async (stored, password) => {
      const matches = await bounded(() => verify(stored ?? decoy, normalized(password)))
      return stored !== undefined && matches
    },
    isOutdated: (stored) => !stored.startsWith(currentParameters),
  }
}

/** The same password typed on two keyboards can differ in bytes (NIST SP 800-63B, 3.1.1.2). */
function normalized(password: string): string {
  return password.normalize('NFKC')
}

/** True for 8 to 128 characters. The upper bound keeps hashing cheap. */
export function isAcceptablePassword(password: string): boolean {
  const length = [...normalized(password)].length
  return length >= 8 && length <= 128
}
