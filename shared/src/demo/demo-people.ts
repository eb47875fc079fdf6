import { demoId } from './demo-id.ts'

/** Someone in the demo data. Their account, profile and messages are made by three services from this one list. */
export interface DemoPerson {
  readonly id: string
  readonly email: string
  readonly displayName: string
  readonly bio: string
  readonly registeredAt: Date
  readonly role: 'admin' | 'customer'
}

/** The password of every demo account; never used when NODE_ENV is production. */
export const demoPassword = 'gravity-demo'

const people: readonly (readonly [name: string, displayName: string, bio: string])[] = [
  ['admin', 'Ada Admin', 'Keeps the lights on.'],
  ['alice', 'Alice Moreau', 'Product designer. Sketches on paper first, always.'],
  ['bob', 'Bob Fischer', 'Builds the mobile app. Coffee before stand-up, please.'],
  ['carla', 'Carla Mendes', 'Front end, accessibility, and sourdough.'],
  ['dmitri', 'Dmitri Volkov', 'Databases are just very patient friends.'],
  ['elif', 'Elif Kaya', 'Support lead. If it is broken, I have heard about it.'],
  ['farid', 'Farid Haddad', 'Data analyst who still loves spreadsheets.'],
  ['grace', 'Grace Okafor', 'Engineering manager, marathon walker.'],
  ['hiro', 'Hiro Tanaka', 'Typography, synthesizers, rainy cities.'],
  ['ines', 'Inés García', 'Writes the release notes you actually read.'],
  ['jonas', 'Jonas Lindqvist', 'Performance work: fewer bytes, fewer worries.'],
  ['kavya', 'Kavya Rao', 'Payments and everything that must add up.'],
  ['liam', 'Liam O’Brien', 'Search and relevance. Ask me about synonyms.'],
  ['mei', 'Mei Chen', 'Illustrator. Cats, mostly.'],
  ['noor', 'Noor Rahman', 'Security. Yes, that password too.'],
  ['oskar', 'Oskar Nowak', 'Warehouse systems and model railways.'],
  ['priya', 'Priya Natarajan', 'Runs the user interviews.'],
  ['quentin', 'Quentin Dubois', 'Events and community, based in Lyon.'],
  ['rosa', 'Rosa Bianchi', 'Legal, in plain language.'],
  ['samir', 'Samir Patel', 'Intern with root access to the coffee machine.'],
  ['tess', 'Tess van Dijk', 'Quality assurance: breaks things politely.'],
]

const firstRegistration = Date.UTC(2026, 0, 12, 8, 30)
const dayMs = 24 * 60 * 60 * 1000

/** Twenty-one people, the same at every start: one admin (`admin@gravity.local`) and customers. */
export const demoPeople: readonly DemoPerson[] = people.map(([name, displayName, bio], index) => {
  const registeredAt = new Date(firstRegistration + index * (3 * dayMs + 47 * 60 * 1000))
  return {
    id: demoId(`person:${name}`, registeredAt),
    email: `${name}@gravity.local`,
    displayName,
    bio,
    registeredAt,
    role: name === 'admin' ? 'admin' : 'customer',
  }
})
