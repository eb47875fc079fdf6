import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { publicUrlOf, publicUrlVariables } from '@gravity/shared/config/public-url'
import type { Platform } from '@gravity/shared/platform/platform'
import { z } from 'zod'

const schema = z.object({
  ...publicUrlVariables,
  /** How often a person may change their username within the period. */
  GRAVITY_USERS_USERNAME_CHANGES: z.coerce.number().int().min(0).max(1_000).default(3),
  GRAVITY_USERS_USERNAME_PERIOD_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  /** For how long a person may think better of leaving. */
  GRAVITY_USERS_DELETION_GRACE_DAYS: z.coerce.number().min(0).max(365).default(30),
  /** For how long the export of a person's data can be fetched. */
  GRAVITY_USERS_EXPORT_DAYS: z.coerce.number().min(1).max(90).default(7),
  /** The page of a person, to which a page of theirs links with rel="me"; `{username}` stands for the name. */
  GRAVITY_USERS_PROFILE_URL: z
    .string()
    .regex(/^https?:\/\/[^/]+\/.*\{username\}/)
    .describe('an address with {username} in it, such as https://example.org/@{username}')
    .optional(),
  /** Lets links lead to this machine, so that a test can answer for the page. */
  GRAVITY_USERS_LOOPBACK_LINKS: z.enum(['true', 'false']).default('false'),
})

export interface UsersConfig {
  readonly usernameChanges: number
  readonly usernamePeriodDays: number
  readonly deletionGraceDays: number
  readonly exportDays: number
  /** Without a slash at its end. */
  readonly publicUrl: string
  /** With `{username}` in it. */
  readonly profileUrl: string
  /** Only ever in tests. */
  readonly allowsLoopbackLinks: boolean
}

export function readUsersConfig(
  mode: Platform['environment'],
  environment: NodeJS.ProcessEnv = process.env,
): UsersConfig {
  const env = parseEnvironment(schema, environment)
  const publicUrl = publicUrlOf(env)
  return {
    usernameChanges: env.GRAVITY_USERS_USERNAME_CHANGES,
    usernamePeriodDays: env.GRAVITY_USERS_USERNAME_PERIOD_DAYS,
    deletionGraceDays: env.GRAVITY_USERS_DELETION_GRACE_DAYS,
    exportDays: env.GRAVITY_USERS_EXPORT_DAYS,
    publicUrl,
    profileUrl: env.GRAVITY_USERS_PROFILE_URL ?? `${publicUrl}/@{username}`,
    allowsLoopbackLinks: mode === 'test' && env.GRAVITY_USERS_LOOPBACK_LINKS === 'true',
  }
}
