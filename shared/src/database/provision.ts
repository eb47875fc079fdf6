import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import pg from 'pg'
import { invariant } from '../errors/invariant.ts'
import { whenReachable } from './when-reachable.ts'

export interface ProvisionOptions {
  /** A role that may create roles and databases; need not be a superuser. */
  readonly adminUrl: string
  /** Names such as `users`; `queues` is always provisioned as well. */
  readonly services: readonly string[]
  readonly passwordFor: (service: string) => string
}

// Advisory locks are per database, and every provisioner connects to the one in the admin URL.
const provisionLock = '29117685525214330'
const createdAtOnce = 4

function nameFor(service: string): string {
  invariant(/^[a-z][a-z0-9_-]{0,50}$/.test(service), `"${service}" cannot name a database`)
  return `gravity_${service}`
}

/** The connection string of a service's own database with its own role: the admin URL with user, password and database replaced. */
export function databaseUrlFor(adminUrl: string, service: string, password: string): string {
  const url = new URL(adminUrl)
  url.username = nameFor(service)
  url.password = encodeURIComponent(password)
  url.pathname = `/${nameFor(service)}`
  return url.href
}

/**
 * Makes sure that every service has a login role `gravity_<service>` with its password, and a database of the same
 * name that it owns and that no other service's role can connect to. Changes nothing that is right already; two
 * processes that provision at once take turns. Waits up to 15 s for a server that is still starting or recovering, and
 * rejects with the driver's error.
 */
export async function provisionDatabases(options: ProvisionOptions): Promise<void> {
  const services = [...new Set([...options.services, 'queues'])]
  await withClient(options.adminUrl, async (client) => {
    // Goes with the connection.
    await client.query('select pg_advisory_lock($1)', [provisionLock])
    await provisionRoles(client, services, options.passwordFor)
    await provisionEmptyDatabases(client, services, options.adminUrl)
  })
}

async function withClient(
  adminUrl: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = await whenReachable(() => connect(adminUrl))
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

async function connect(adminUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: adminUrl,
    application_name: 'gravity-provision',
    connectionTimeoutMillis: 5_000,
  })
  // The query in flight rejects as well; without a listener the event would end the process.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function provisionRoles(
  client: pg.Client,
  services: readonly string[],
  passwordFor: (service: string) => string,
): Promise<void> {
  const names = services.map(nameFor)
  const existing = await client.query<{ rolname: string; member: boolean }>(
    `select rolname, pg_has_role(current_user, oid, 'set') as member from pg_roles where rolname = any($1)`,
    [names],
  )
  const found = new Map(existing.rows.map((row) => [row.rolname, row.member]))
  const statements = services.flatMap((service) => {
    const name = nameFor(service)
    const verb = found.has(name) ? 'alter' : 'create'
    const role = client.escapeIdentifier(name)
    const verifier = client.escapeLiteral(scramVerifier(passwordFor(service)))
    const change = `${verb} role ${role} login password ${verifier};`
    // Only a member may give a database to the role; superusers and later runs are members already.
    return found.get(name) ? [change] : [change, `grant ${role} to current_user;`]
  })
  // One round trip, and one transaction: all or none.
  await client.query(statements.join('\n'))
}

async function provisionEmptyDatabases(
  client: pg.Client,
  services: readonly string[],
  adminUrl: string,
): Promise<void> {
  const names = services.map(nameFor)
  const existing = await client.query<{ datname: string }>(
    'select datname from pg_database where datname = any($1)',
    [names],
  )
  const found = new Set(existing.rows.map((row) => row.datname))
  const missing = names.filter((name) => !found.has(name))
  await Promise.all(
    // Creating one is mostly waiting for the disk.
    Array.from({ length: Math.min(missing.length, createdAtOnce) }, () =>
      withClient(adminUrl, async (another) => {
        for (let name = missing.pop(); name !== undefined; name = missing.pop()) {
          const identifier = another.escapeIdentifier(name)
          await another.query(
            `create database ${identifier} owner ${identifier} template template0 encoding 'UTF8'`,
          )
        }
      }),
    ),
  )
  // Asked for all of them, so that a run that was killed in between is completed by the next.
  const open = await client.query<{ datname: string }>(
    `select datname from pg_database where datname = any($1)
       and (has_database_privilege('public', oid, 'connect') or has_database_privilege('public', oid, 'temporary'))`,
    [names],
  )
  if (open.rows.length === 0) return
  await client.query(
    open.rows
      .map((row) => `revoke all on database ${client.escapeIdentifier(row.datname)} from public;`)
      .join('\n'),
  )
}

/** The stored form of a password (RFC 5803), so that the password itself never travels into a server log. */
function scramVerifier(password: string): string {
  const iterations = 4096
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
