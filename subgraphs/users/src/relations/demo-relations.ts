import type { Database } from '@gravity/shared/database/open-database'
import { type DemoPerson, demoPeople } from '@gravity/shared/demo/demo-people'
import { invariant } from '@gravity/shared/errors/invariant'
import type { UsersReads, UsersStore } from '../store.ts'
import { startFollow } from './follow-changes.ts'

const following: Readonly<Record<string, readonly string[]>> = {
  alice: ['bob', 'carla', 'hiro', 'mei', 'dmitri', 'priya'],
  bob: ['alice', 'dmitri', 'jonas', 'carla'],
  carla: ['alice', 'hiro', 'bob'],
  dmitri: ['kavya', 'bob', 'jonas'],
  grace: ['alice', 'bob', 'carla', 'elif', 'priya'],
  hiro: ['mei', 'alice'],
  ines: ['alice', 'quentin'],
  jonas: ['dmitri', 'tess'],
  mei: ['hiro'],
  priya: ['alice', 'farid', 'grace'],
}

/** Who asks a person whose account is private. */
const asking: Readonly<Record<string, readonly string[]>> = { noor: ['alice', 'oskar'] }

const dayMs = 24 * 60 * 60 * 1_000

/** Gives the demo people something to do with each other, unless anybody follows anybody already. */
export async function seedDemoRelations(database: Database<UsersStore, UsersReads>): Promise<void> {
  await database.transaction(async (store) => {
    await store.relations.lock(demoPeople.map(({ id }) => id))
    if (!(await store.follows.isEmpty())) return
    for (const [name, others] of Object.entries(following)) {
      for (const other of others) {
        const [from, to] = [personNamed(name), personNamed(other)]
        await startFollow(store, { fromId: from.id, toId: to.id }, dayAfterBoth(from, to))
      }
    }
    for (const [name, others] of Object.entries(asking)) {
      const target = personNamed(name)
      await store.privacy.saveSwitches(target.id, { isPrivate: true, isListed: true })
      await store.privacy.refreshGuards([target.id])
      for (const other of others) {
        const from = personNamed(other)
        const pair = { fromId: from.id, toId: target.id }
        await store.follows.insertRequest(pair, dayAfterBoth(from, target))
      }
    }
    await store.preferences.save(personNamed('alice').id, {
      locale: 'fr-FR',
      timeZone: 'Europe/Paris',
      currency: 'EUR',
      appearance: 'SYSTEM',
    })
  })
}

function personNamed(name: string): DemoPerson {
  const person = demoPeople.find(({ email }) => email === `${name}@gravity.local`)
  invariant(person, `${name} is one of the demo people`)
  return person
}

function dayAfterBoth(one: DemoPerson, other: DemoPerson): Date {
  return new Date(Math.max(one.registeredAt.getTime(), other.registeredAt.getTime()) + dayMs)
}
