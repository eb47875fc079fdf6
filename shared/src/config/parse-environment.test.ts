import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { parseEnvironment } from './parse-environment.ts'
import { StartError } from './start-error.ts'

function sentenceFor(schema: z.ZodObject, env: NodeJS.ProcessEnv): string {
  try {
    parseEnvironment(schema, env)
  } catch (error) {
    if (error instanceof StartError) return error.message
    throw error
  }
  throw new Error('The environment was accepted.')
}

const port = z.coerce.number().int().min(1).max(65_535)
const postgres = z.url({ protocol: /^postgres(ql)?$/ })

describe('parseEnvironment', () => {
  it('returns a frozen object with converted values and defaults', () => {
    const schema = z.object({ PORT: port.default(8000), HOST: z.string().default('127.0.0.1') })

    const config = parseEnvironment(schema, { PORT: '8100', PATH: '/bin' })

    expect(config).toEqual({ PORT: 8100, HOST: '127.0.0.1' })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('treats an empty variable as not set', () => {
    const schema = z.object({ PORT: port.default(8000), REDIS_URL: z.url().optional() })

    expect(parseEnvironment(schema, { PORT: '', REDIS_URL: ' ' })).toEqual({ PORT: 8000 })
  })

  it.each<[string, z.ZodObject, NodeJS.ProcessEnv, string]>([
    [
      'is missing',
      z.object({ PORT: port }),
      {},
      'PORT is not set, but must be a whole number from 1 to 65535.',
    ],
    [
      'is not a number',
      z.object({ PORT: port }),
      { PORT: 'eighty' },
      'PORT is "eighty", but must be a whole number from 1 to 65535.',
    ],
    [
      'is out of range',
      z.object({ PORT: port }),
      { PORT: '70000' },
      'PORT is "70000", but must be a whole number from 1 to 65535.',
    ],
    [
      'is a fraction where none may be',
      z.object({ WORKERS: z.coerce.number().int().min(1) }),
      { WORKERS: '1.5' },
      'WORKERS is "1.5", but must be a whole number of at least 1.',
    ],
    [
      'is below an open limit',
      z.object({ RATIO: z.coerce.number().positive() }),
      { RATIO: '-1' },
      'RATIO is "-1", but must be a number above 0.',
    ],
    [
      'is none of the choices',
      z.object({ LEVEL: z.enum(['info', 'warn']) }),
      { LEVEL: 'loud' },
      'LEVEL is "loud", but must be one of info, warn.',
    ],
    [
      'is no flag',
      z.object({ STRICT: z.stringbool().default(false) }),
      { STRICT: 'perhaps' },
      'STRICT is "perhaps", but must be true or false.',
    ],
    [
      'is no URL',
      z.object({ ISSUER: z.url() }),
      { ISSUER: 'gravity' },
      'ISSUER is "gravity", but must be a URL.',
    ],
    [
      'is too short',
      z.object({ TITLE: z.string().min(3) }),
      { TITLE: 'ab' },
      'TITLE is "ab", but must be a text of at least 3 characters.',
    ],
    [
      'is described by the schema',
      z.object({ DATABASE: postgres.describe('an address such as postgres://host:5432/postgres') }),
      { DATABASE: 'mysql://host' },
      'DATABASE is "mysql://host", but must be an address such as postgres://host:5432/postgres.',
    ],
    [
      'breaks a refinement',
      z.object({ HOST: z.string().refine((host) => host !== '*', 'one address, not a pattern') }),
      { HOST: '*' },
      'HOST is "*", but must be one address, not a pattern.',
    ],
  ])('says what to do when a variable %s', (...[, schema, env, sentence]) => {
    expect(sentenceFor(schema, env)).toBe(sentence)
  })

  it('names a variable that a rule over several variables points at', () => {
    const schema = z.object({ SEED: z.string(), MODE: z.string() }).superRefine((held, context) => {
      if (held.MODE === 'production') {
        context.addIssue({ code: 'custom', path: ['SEED'], message: 'none in production' })
      }
    })

    expect(sentenceFor(schema, { SEED: 'demo', MODE: 'production' })).toBe(
      'SEED is "demo", but must be none in production.',
    )
  })

  it('has one sentence for every bad variable, each on its own line', () => {
    const schema = z.object({ PORT: port, LEVEL: z.enum(['info', 'warn']) })

    expect(sentenceFor(schema, { PORT: 'x' }).split('\n')).toEqual([
      'PORT is "x", but must be a whole number from 1 to 65535.',
      'LEVEL is not set, but must be one of info, warn.',
    ])
  })

  it.each([
    [
      'a variable marked as secret',
      z.object({ PEPPER: z.string().min(32).meta({ secret: true }) }),
      { PEPPER: 'hunter2' },
    ],
    [
      'a variable named like one',
      z.object({ MAIL_PASSWORD: z.string().min(32) }),
      { MAIL_PASSWORD: 'hunter2' },
    ],
    [
      'the password of a URL',
      z.object({ DATABASE_URL: postgres }),
      { DATABASE_URL: 'mysql://user:hunter2@host/db' },
    ],
    [
      'a mistyped URL',
      z.object({ DATABASE_URL: postgres }),
      { DATABASE_URL: 'postgres//user:hunter2@host/db' },
    ],
  ])('never prints %s', (_case, schema, env) => {
    const sentence = sentenceFor(schema, env)

    expect(sentence).toContain('‹hidden›')
    expect(sentence).not.toContain('hunter2')
  })

  it('prints the rest of a URL that holds a password', () => {
    expect(
      sentenceFor(z.object({ DATABASE_URL: postgres }), {
        DATABASE_URL: 'mysql://user:hunter2@host/db',
      }),
    ).toBe('DATABASE_URL is "mysql://user:‹hidden›@host/db", but must be a URL.')
  })
})
