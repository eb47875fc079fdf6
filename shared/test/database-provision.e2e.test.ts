import { rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { databaseUrlFor, provisionDatabases } from '../src/database/provision.ts'
import { freePort } from '../src/postgres/free-port.ts'
import type { PostgresServer } from '../src/postgres/postgres-server.ts'
import { newFolder, query, start } from './postgres-fixtures.ts'

const services = ['auth', 'order-items'] as const
const passwordFor = (service: string) => `${service}: %/?#@ü`

describe('provisionDatabases', () => {
  // Roles and databases belong to a whole server, so this file has one of its own.
  let folder: string
  let server: PostgresServer

  const urlFor = (service: string) => databaseUrlFor(server.url, service, passwordFor(service))
  const provision = () => provisionDatabases({ adminUrl: server.url, services, passwordFor })

  function foreignUrl(): string {
    const url = new URL(urlFor('auth'))
    url.pathname = '/gravity_order-items'
    return url.href
  }

  beforeAll(async () => {
    folder = await newFolder()
    server = await start(join(folder, 'postgres'))
    await Promise.all([provision(), provision(), provision()])
  })

  afterAll(async () => {
    await server.discard()
    await rm(folder, { recursive: true, force: true })
  })

  it('gives every service, and the queues, a database that it owns', async () => {
    for (const service of [...services, 'queues']) {
      const name = `gravity_${service}`
      await query(urlFor(service), 'create table things (id int)')
      const rows = await query(
        urlFor(service),
        `select current_user as user, datname as database, pg_get_userbyid(datdba) as owner
           from pg_database where datname = current_database()`,
      )
      expect(rows).toEqual([{ user: name, database: name, owner: name }])
    }
  })

  it('lets it install the extensions that services use', async () => {
    for (const extension of ['pg_trgm', 'unaccent', 'citext', 'btree_gist', 'ltree']) {
      await query(urlFor('auth'), `create extension if not exists ${extension}`)
    }
  })

  it('keeps a service out of the databases of others', async () => {
    await expect(query(foreignUrl(), 'select 1')).rejects.toMatchObject({ code: '42501' })
  })

  it('lets no service create roles or databases', async () => {
    const refused = { code: '42501' }
    await expect(query(urlFor('auth'), 'create role intruder')).rejects.toMatchObject(refused)
    await expect(query(urlFor('auth'), 'create database more')).rejects.toMatchObject(refused)
  })

  it('refuses another password, and takes a new one when it is provisioned again', async () => {
    const changed = databaseUrlFor(server.url, 'auth', 'changed')
    await expect(query(changed, 'select 1')).rejects.toMatchObject({ code: '28P01' })

    await provisionDatabases({
      adminUrl: server.url,
      services: ['auth'],
      passwordFor: (service) => (service === 'auth' ? 'changed' : passwordFor(service)),
    })

    await query(changed, 'select 1')
    await expect(query(urlFor('auth'), 'select 1')).rejects.toMatchObject({ code: '28P01' })
    await provision()
  })

  it('keeps the data and completes what an interrupted run left open', async () => {
    await query(urlFor('order-items'), 'create table kept (id int)')
    await query(server.url, 'grant connect on database "gravity_order-items" to public')

    await provision()

    expect(await query(urlFor('order-items'), 'select * from kept')).toEqual([])
    await expect(query(foreignUrl(), 'select 1')).rejects.toMatchObject({ code: '42501' })
  })

  it('refuses a name that cannot be one', async () => {
    const adminUrl = server.url
    const bad = provisionDatabases({ adminUrl, services: ['x"; drop role y'], passwordFor })

    await expect(bad).rejects.toThrow('cannot name a database')
  })

  it('waits for a server that takes no connections yet', async () => {
    const url = new URL(server.url)
    const { port } = url
    url.port = String(await freePort())
    const provisioned = provisionDatabases({ adminUrl: url.href, services, passwordFor })
    const late = createServer((socket) => {
      const upstream = connect(Number(port), url.hostname)
      socket.pipe(upstream).pipe(socket)
    })

    late.listen(Number(url.port), url.hostname)

    await provisioned
    late.close()
  })
})

describe('provisionDatabases as an administrator that is no superuser, as clouds have', () => {
  it('provisions, and provisions again', async () => {
    const folder = await newFolder()
    const server = await start(join(folder, 'postgres'))
    await query(server.url, `create role cloud login createrole createdb password 'cloud'`)
    const admin = new URL(server.url)
    admin.username = 'cloud'
    admin.password = 'cloud'
    const options = { adminUrl: admin.href, services, passwordFor }

    await provisionDatabases(options)
    await provisionDatabases(options)

    await query(databaseUrlFor(server.url, 'auth', passwordFor('auth')), 'create table things ()')
    await server.discard()
    await rm(folder, { recursive: true, force: true })
  })
})
