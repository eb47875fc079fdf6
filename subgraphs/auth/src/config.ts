import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { publicUrlOf, publicUrlVariables } from '@gravity/shared/config/public-url'
import { z } from 'zod'
import { type ProviderConfig, providersVariable } from './outside-sign-in/provider-config.ts'
import { type PasskeyPlaces, passkeyPlacesOf } from './passkeys/passkey-places.ts'

const schema = z.object({
  /** Life of an access token. It cannot be taken back by itself, so it is short; sessions are denied by their id. */
  GRAVITY_AUTH_ACCESS_TOKEN_SECONDS: z.coerce.number().int().min(10).max(3_600).default(600),
  /** How long a refresh token waits for its one use. */
  GRAVITY_AUTH_REFRESH_TOKEN_DAYS: z.coerce.number().positive().max(90).default(14),
  /** How long a used refresh token gives its unused successor again, for a client that lost the answer. */
  GRAVITY_AUTH_REFRESH_GRACE_SECONDS: z.coerce.number().int().min(0).max(60).default(10),
  /** The absolute life of a session, however often it is refreshed. */
  GRAVITY_AUTH_SESSION_DAYS: z.coerce.number().positive().max(365).default(90),
  /** Whether an account begins only when its address is confirmed. */
  GRAVITY_AUTH_EMAIL_VERIFICATION: z.enum(['required', 'optional']).default('optional'),
  /** Password hashes computed at once. */
  GRAVITY_AUTH_HASHING_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  /** Failed logins within 15 minutes after which an account is asked to wait. */
  GRAVITY_AUTH_FAILURES_PER_ACCOUNT: z.coerce.number().int().min(1).default(10),
  /** The same for one client address. */
  GRAVITY_AUTH_FAILURES_PER_ADDRESS: z.coerce.number().int().min(1).default(100),
  /** Registrations within 15 minutes after which a client address is asked to wait. */
  GRAVITY_AUTH_REGISTRATIONS_PER_ADDRESS: z.coerce.number().int().min(1).optional(),
  /** Mails within 15 minutes after which an address gets no more; ten times that for what one client address asks for. */
  GRAVITY_AUTH_MAILS_PER_RECIPIENT: z.coerce.number().int().min(1).default(5),
  /** A range service of breached passwords: the first five hexadecimal digits of a SHA-1 are added to it. */
  GRAVITY_AUTH_BREACHED_PASSWORDS_URL: z
    .url({ protocol: /^https?$/ })
    .describe('an address that ends before the five digits, such as https://host/range/')
    .optional(),
  /** Whether programs that are registered for it may exchange an address and a password for tokens. */
  GRAVITY_AUTH_PASSWORD_GRANT: z.enum(['on', 'off']).default('off'),
  /** Providers of OpenID Connect at which people may sign in. */
  GRAVITY_AUTH_OUTSIDE_PROVIDERS: providersVariable,
  /** Where people reach Gravity; links in mails begin with it, and it is the issuer of OpenID Connect. */
  ...publicUrlVariables,
  /** What authenticators call this installation. */
  GRAVITY_AUTH_SITE_NAME: z.string().trim().min(1).max(64).default('Gravity'),
  /** Passkeys belong to a domain and work on it and below it; that of the public address by default. */
  GRAVITY_AUTH_PASSKEY_DOMAIN: z
    .string()
    .regex(/^(?=.*[a-z])[a-z0-9-]+(\.[a-z0-9-]+)*$/)
    .describe('a domain such as example.org; no address of a machine')
    .optional(),
  /** The origins of the front ends that use them, separated by commas; that of the public address by default. */
  GRAVITY_AUTH_PASSKEY_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1))
    .describe('origins such as https://example.org, separated by commas')
    .optional(),
  /** How long a proof of who somebody is suffices for what changes who can get in. */
  GRAVITY_AUTH_RECENT_PROOF_SECONDS: z.coerce.number().int().min(60).max(86_400).default(600),
})

/** Laptops, tests and benchmarks register many people from one address. */
const registrationsPerAddress = { development: 10_000, test: 10_000, production: 30 }

export interface AuthConfig extends PasskeyPlaces {
  readonly accessTokenSeconds: number
  readonly refreshTokenDays: number
  readonly refreshGraceSeconds: number
  readonly sessionDays: number
  readonly emailVerification: 'required' | 'optional'
  readonly hashingConcurrency: number
  readonly failuresPerAccount: number
  readonly failuresPerAddress: number
  readonly registrationsPerAddress: number
  readonly mailsPerRecipient: number
  readonly breachedPasswordsUrl: string | undefined
  readonly passwordGrant: boolean
  readonly outsideProviders: readonly ProviderConfig[]
  /** Without a slash at its end. */
  readonly publicUrl: string
  readonly siteName: string
  readonly recentProofSeconds: number
}

export function readAuthConfig(
  mode: keyof typeof registrationsPerAddress,
  environment: NodeJS.ProcessEnv = process.env,
): AuthConfig {
  const env = parseEnvironment(schema, environment)
  const publicUrl = publicUrlOf(env)
  return {
    accessTokenSeconds: env.GRAVITY_AUTH_ACCESS_TOKEN_SECONDS,
    refreshTokenDays: env.GRAVITY_AUTH_REFRESH_TOKEN_DAYS,
    refreshGraceSeconds: env.GRAVITY_AUTH_REFRESH_GRACE_SECONDS,
    sessionDays: env.GRAVITY_AUTH_SESSION_DAYS,
    emailVerification: env.GRAVITY_AUTH_EMAIL_VERIFICATION,
    hashingConcurrency: env.GRAVITY_AUTH_HASHING_CONCURRENCY,
    failuresPerAccount: env.GRAVITY_AUTH_FAILURES_PER_ACCOUNT,
    failuresPerAddress: env.GRAVITY_AUTH_FAILURES_PER_ADDRESS,
    registrationsPerAddress:
      env.GRAVITY_AUTH_REGISTRATIONS_PER_ADDRESS ?? registrationsPerAddress[mode],
    mailsPerRecipient: env.GRAVITY_AUTH_MAILS_PER_RECIPIENT,
    breachedPasswordsUrl: env.GRAVITY_AUTH_BREACHED_PASSWORDS_URL,
    outsideProviders: env.GRAVITY_AUTH_OUTSIDE_PROVIDERS ?? [],
    passwordGrant: env.GRAVITY_AUTH_PASSWORD_GRANT === 'on',
    publicUrl,
    siteName: env.GRAVITY_AUTH_SITE_NAME,
    ...passkeyPlacesOf({
      publicUrl,
      domain: env.GRAVITY_AUTH_PASSKEY_DOMAIN,
      origins: env.GRAVITY_AUTH_PASSKEY_ORIGINS,
    }),
    recentProofSeconds: env.GRAVITY_AUTH_RECENT_PROOF_SECONDS,
  }
}
