import { resolve } from 'node:path'
import { z } from 'zod'
import { parseEnvironment } from '../config/parse-environment.ts'
import { StartError } from '../config/start-error.ts'
import { databaseUrlFor } from '../database/provision.ts'
import { type LogLevel, logLevels } from '../log/logger.ts'
import { deriveDatabasePassword, deriveMeshSecret } from './derived-secrets.ts'
import type { Platform } from './platform.ts'

const developmentSecret = 'gravity-development-secret-known-to-everybody'
const ownSecret = 'a secret of your own of at least 32 characters when NODE_ENV is production'

const postgresUrl = z
  .url({ protocol: /^postgres(ql)?$/ })
  .describe('a PostgreSQL address such as postgres://user:password@host:5432/postgres')
const redisUrl = z
  .url({ protocol: /^rediss?$/ })
  .describe('a Redis address such as redis://host:6379')
const secret = z.string().min(32).meta({ secret: true })

const variables = z
  .object({
    NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
    GRAVITY_SECRET: secret.optional(),
    GRAVITY_MESH_SECRET: secret.optional(),
    GRAVITY_MESH_SECRET_PREVIOUS: secret.optional(),
    DATABASE_URL: postgresUrl.optional(),
    REDIS_URL: redisUrl.optional(),
    GRAVITY_REDIS_PREFIX: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .describe('up to 64 letters, digits, dots, hyphens and underscores')
      .default('gravity'),
    GRAVITY_SEED: z.enum(['demo', 'none']).optional(),
    GRAVITY_LOG_LEVEL: z.enum(logLevels).default('info'),
    GRAVITY_DATA_DIR: z.string().default('.gravity'),
  })
  .superRefine((held, context) => {
    if (held.NODE_ENV !== 'production') return
    const refuse = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message })
    if (!held.GRAVITY_SECRET || held.GRAVITY_SECRET === developmentSecret) {
      refuse('GRAVITY_SECRET', ownSecret)
    }
    if (held.GRAVITY_SEED === 'demo') refuse('GRAVITY_SEED', 'none when NODE_ENV is production')
  })

/** What the environment says about the platform; see `readPlatformConfig`. */
export interface PlatformConfig {
  readonly environment: Platform['environment']
  readonly seed: Platform['seed']
  readonly logLevel: LogLevel
  /** Absolute. */
  readonly dataDirectory: string
  /** The root of all derived secrets; never hand it on, derive. */
  readonly secret: string
  readonly meshSecret: string
  /** Still accepted from callers while the mesh secret is being replaced. */
  readonly previousMeshSecret: string | undefined
  /** The address of the whole cluster: of its administrator when this process provisions the databases. */
  readonly clusterUrl: string | undefined
  readonly redisUrl: string | undefined
  /** In front of everything that is kept in Redis, so that two installations can share one. */
  readonly redisPrefix: string
  /** `DATABASE_URL_<SERVICE>`, when it is set. Throws a StartError when it is no PostgreSQL address. */
  ownDatabaseUrl(service: string): string | undefined
  /** The service's own database with its own role. Throws a StartError when nothing says where that is. */
  databaseUrl(service: string): string
}

/**
 * Reads NODE_ENV, GRAVITY_SECRET, GRAVITY_MESH_SECRET, GRAVITY_MESH_SECRET_PREVIOUS, DATABASE_URL,
 * DATABASE_URL_<SERVICE>, REDIS_URL, GRAVITY_REDIS_PREFIX, GRAVITY_SEED, GRAVITY_LOG_LEVEL and GRAVITY_DATA_DIR.
 * Throws a StartError that says what to change. Production has no default secret and no demo data.
 */
export function readPlatformConfig(env: NodeJS.ProcessEnv = process.env): PlatformConfig {
  const held = parseEnvironment(variables, env)
  const root = held.GRAVITY_SECRET ?? developmentSecret
  const ownDatabaseUrl = (service: string) => {
    const name = `DATABASE_URL_${service.toUpperCase().replaceAll('-', '_')}`
    return parseEnvironment(z.object({ [name]: postgresUrl.optional() }), env)[name]
  }
  return Object.freeze({
    environment: held.NODE_ENV,
    seed: held.GRAVITY_SEED ?? (held.NODE_ENV === 'development' ? 'demo' : 'none'),
    logLevel: held.GRAVITY_LOG_LEVEL,
    dataDirectory: resolve(held.GRAVITY_DATA_DIR),
    secret: root,
    meshSecret: held.GRAVITY_MESH_SECRET ?? deriveMeshSecret(root),
    previousMeshSecret: held.GRAVITY_MESH_SECRET_PREVIOUS,
    clusterUrl: held.DATABASE_URL,
    redisUrl: held.REDIS_URL,
    redisPrefix: held.GRAVITY_REDIS_PREFIX,
    ownDatabaseUrl,
    databaseUrl(service: string) {
      const own = ownDatabaseUrl(service)
      if (own !== undefined) return own
      if (held.DATABASE_URL === undefined) throw nowhere(service)
      return databaseUrlFor(held.DATABASE_URL, service, deriveDatabasePassword(root, service))
    },
  })
}

function nowhere(service: string): StartError {
  const own = `DATABASE_URL_${service.toUpperCase().replaceAll('-', '_')}`
  return new StartError(
    `Neither ${own} nor DATABASE_URL is set, but one of them must be ${postgresUrl.description}.`,
  )
}
