import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'

export interface TestDatabase {
  /** Of a superuser; nobody else knows the database. */
  readonly url: string
  /** Ends whoever is still connected and removes the database. */
  drop(): Promise<void>
}

/** The PostgreSQL of this test run, from jest's global setup: a superuser's URL. */
export function testServerUrl(): string {
  const { GRAVITY_TEST_DATABASE_URL: url } = process.env
  if (!url) throw new Error('GRAVITY_TEST_DATABASE_URL is not set: run the tests with jest.')
  return url
}

/** The Redis of this test run; undefined when there is none, and the test is to be skipped. */
export function testRedisUrl(): string | undefined {
  const { GRAVITY_TEST_REDIS_URL: url } = process.env
  return url || undefined
}

type Migrate = (url: string) => Promise<void>

/**
 * A database of its own for a test file. `migrate` runs once per service and run, on a template that every further
 * database is cloned from; two different migrations need two service names.
 */
export async function createTestDatabase(
  service: string,
  migrate?: Migrate,
): Promise<TestDatabase> {
  const name = newName(service)
  await cloneDatabase(name, { service, migrate })
  return { url: urlOf(name), drop: () => dropDatabase(name) }
}

/** Databases whose connection strings are known at once and which are there a moment later, one per service. */
export class LazyTestDatabases {
  readonly #migrations: Readonly<Record<string, Migrate>>
  readonly #databases = new Map<
    string,
    { readonly name: string; readonly created: Promise<void> }
  >()

  constructor(migrations: Readonly<Record<string, Migrate>>) {
    this.#migrations = migrations
  }

  urlOf(service: string): string {
    return urlOf(this.#database(service).name)
  }

  async ready(service: string): Promise<string> {
    const { name, created } = this.#database(service)
    await created
    return urlOf(name)
  }

  /** Rejects when a database could not be created, for whoever has not noticed yet. */
  async drop(): Promise<void> {
    const databases = [...this.#databases.values()]
    this.#databases.clear()
    await Promise.all(
      databases.map(async ({ name, created }) => {
        await created
        await dropDatabase(name)
      }),
    )
  }

  #database(service: string): { readonly name: string; readonly created: Promise<void> } {
    const known = this.#databases.get(service)
    if (known) return known
    const name = newName(service)
    const created = cloneDatabase(name, { service, migrate: this.#migrations[service] })
    // `ready` and `drop` report it; until one is called, it is nobody's unhandled rejection.
    created.catch(() => undefined)
    const database = { name, created }
    this.#databases.set(service, database)
    return database
  }
}

function newName(service: string): string {
  return `test_${service}_${randomBytes(6).toString('hex')}`
}

async function cloneDatabase(
  name: string,
  { service, migrate }: { service: string; migrate: Migrate | undefined },
): Promise<void> {
  const template = migrate ? await migratedTemplate(service, migrate) : 'template0'
  await withAdmin((admin) => admin.query(cloneStatement(name, template)))
}

function dropDatabase(name: string): Promise<void> {
  return withAdmin((admin) => admin.query(`drop database if exists ${quoted(name)} with (force)`))
}

async function migratedTemplate(service: string, migrate: Migrate): Promise<string> {
  const name = `template_${service}`
  const draft = `${name}_draft`
  const lock = createHash('sha256').update(name).digest().readInt32BE()
  await withAdmin(async (admin) => {
    // Test files run in several processes; the first one migrates, the others wait for it.
    await admin.query('select pg_advisory_lock(7341, $1)', [lock])
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [name])
    if (rowCount) return
    await admin.query(`drop database if exists ${quoted(draft)} with (force)`)
    await admin.query(cloneStatement(draft, 'template0'))
    await migrate(urlOf(draft))
    await admin.query(`alter database ${quoted(draft)} rename to ${quoted(name)}`)
  })
  return name
}

function cloneStatement(name: string, template: string): string {
  return `create database ${quoted(name)} template ${quoted(template)} strategy wal_log`
}

function quoted(name: string): string {
  return pg.escapeIdentifier(name)
}

function urlOf(name: string): string {
  const url = new URL(testServerUrl())
  url.pathname = `/${name}`
  return url.href
}

async function withAdmin(work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: testServerUrl() })
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}
