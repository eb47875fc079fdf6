import type { Database } from '@gravity/shared/database/open-database'
import { demoId } from '@gravity/shared/demo/demo-id'
import { type DemoPerson, demoPeople } from '@gravity/shared/demo/demo-people'
import { invariant } from '@gravity/shared/errors/invariant'
import type { UsersReads, UsersStore } from '../store.ts'
import { daysAfter } from './day.ts'

const alicesAddresses = [
  {
    label: 'Home',
    recipient: 'Alice Moreau',
    company: null,
    line1: '14 rue de la Roquette',
    line2: null,
    city: 'Paris',
    region: null,
    postalCode: '75011',
    country: 'FR',
    phone: '+33142720000',
  },
  {
    label: 'Studio',
    recipient: 'Alice Moreau',
    company: 'Atelier Moreau',
    line1: '3 quai Saint-Vincent',
    line2: '2e étage',
    city: 'Lyon',
    region: null,
    postalCode: '69001',
    country: 'FR',
    phone: null,
  },
]

/** Gives Alice links, addresses, a consent and a badge, and Bob a request for one; unless it was done before, which the consent tells for ever. */
export async function seedDemoPersonal(database: Database<UsersStore, UsersReads>): Promise<void> {
  const [alice, bob] = [demoPerson('alice'), demoPerson('bob')]
  const admin = demoPerson('admin')
  await database.transaction(async (store) => {
    await store.consents.lock(alice.id)
    if ((await store.consents.current(alice.id)).length > 0) return
    await seedAddresses(store, alice)
    const at = daysAfter(alice.registeredAt, 2)
    const urls = ['https://example.com/', 'https://example.org/alice']
    const links = urls.map((url) => ({ id: demoId(`link:${url}`, at), url }))
    await store.links.replace(alice.id, links, at)
    for (const { id } of links) {
      // A demo does not call on the world.
      await store.links.note(id, { isMine: false, now: at, nextAt: daysAfter(at, 3_650) })
    }
    await store.consents.insert({
      id: demoId('consent:alice:terms', at),
      userId: alice.id,
      document: 'terms',
      version: '2026-01',
      isGiven: true,
      recordedAt: at,
      userAgent: null,
      clientNetwork: null,
    })
    const reasons = [
      [alice, 'My site links here.'],
      [bob, 'I have an app in the stores.'],
    ] as const
    for (const [person, reason] of reasons) {
      await store.verification.request({
        id: demoId(`verification:${person.email}`, at),
        userId: person.id,
        reason,
        requestedAt: at,
      })
    }
    const decision = {
      status: 'accepted',
      decidedBy: admin.id,
      decidedAt: daysAfter(at, 1),
      note: 'Known in person.',
    } as const
    await store.verification.decide({ userId: alice.id }, decision)
    await store.verification.setBadge(alice.id, decision.decidedAt)
  })
}

async function seedAddresses(store: UsersStore, person: DemoPerson): Promise<void> {
  for (const [index, address] of alicesAddresses.entries()) {
    const addedAt = daysAfter(person.registeredAt, index)
    const id = demoId(`address:${address.label}`, addedAt)
    const row = { id, userId: person.id, addedAt }
    await store.addresses.insert(row, address)
    if (address.label === 'Home') await store.addresses.makeDefault(person.id, id, 'shipping')
    else await store.addresses.makeDefault(person.id, id, 'billing')
  }
}

function demoPerson(name: string): DemoPerson {
  const person = demoPeople.find(({ email }) => email === `${name}@gravity.local`)
  invariant(person, `${name} is one of the demo people`)
  return person
}
