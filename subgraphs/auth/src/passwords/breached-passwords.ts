import { createHash } from 'node:crypto'
import type { Logger } from '@gravity/shared/log/logger'

export interface BreachedPasswords {
  /** False also when the service does not answer: its outage must not keep people from having an account. */
  has(password: string): Promise<boolean>
}

export interface BreachedPasswordsOptions {
  /** The five digits are added to it. */
  readonly url: string
  readonly log: Logger
  /** Default 1,500. */
  readonly timeoutMs?: number
}

/**
 * Asks a range service by k-anonymity: it learns the first five of forty digits of the password's SHA-1, and answers the
 * rest of every breached one that begins with them, mixed with made-up ones that were seen 0 times.
 */
export function createBreachedPasswords({
  url,
  log,
  timeoutMs = 1_500,
}: BreachedPasswordsOptions): BreachedPasswords {
  return {
    async has(password) {
      const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
      try {
        const response = await fetch(`${url}${digest.slice(0, 5)}`, {
          headers: { 'add-padding': 'true' },
          signal: AbortSignal.timeout(timeoutMs),
        })
        if (!response.ok) throw new Error(`The range service answers ${response.status}.`)
        return isListed(await response.text(), digest.slice(5))
      } catch (err) {
        log.warn({ err }, 'A password could not be looked up among the breached ones.')
        return false
      }
    },
  }
}

function isListed(lines: string, rest: string): boolean {
  return lines.split(/\r?\n/).some((line) => {
    const [ending, count] = line.split(':')
    return ending?.toUpperCase() === rest && Number(count) > 0
  })
}
