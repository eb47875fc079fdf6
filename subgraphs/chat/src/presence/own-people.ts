import type { Sighting } from './presence-hints.ts'

/** How long somebody stays who has closed everything: a page that is loaded again, a router that restarts. */
export const lingerMs = 10_000

/** How old a told activity may be before a newer one is told at once. */
const freshMs = 60_000

interface OwnPerson {
  streams: number
  activeAt: number
  /** They are there until then, whatever is open. */
  until: number
  /** When the activity was that others know of; null while they know nothing. */
  toldActiveAt: number | null
  /** Whether they want to be seen; null until it is known. */
  isVisible: boolean | null
}

/** The people who are there through this process. */
export class OwnPeople {
  readonly #now: () => number
  readonly #people = new Map<string, OwnPerson>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** Something of theirs is open. True when they had nothing here before. */
  arrive(userId: string): boolean {
    const isNew = !this.#people.has(userId)
    const person = this.#touch(userId)
    person.streams += 1
    return isNew
  }

  leave(userId: string): void {
    const person = this.#people.get(userId)
    if (!person) return
    person.streams -= 1
    person.until = Math.max(person.until, this.#now() + lingerMs)
  }

  /** They do something. Those without anything open stay for `staysMs`. True when they were not here before. */
  act(userId: string, staysMs: number): boolean {
    const isNew = !this.#people.has(userId)
    if (isNew && staysMs === 0) return false
    const person = this.#touch(userId)
    person.until = Math.max(person.until, this.#now() + staysMs)
    return isNew
  }

  /** Who wants to be seen, as far as this concerns people of this process. */
  show(userId: string, isVisible: boolean): void {
    const person = this.#people.get(userId)
    if (person) person.isVisible = isVisible
  }

  has(userId: string): boolean {
    return this.#people.has(userId)
  }

  activeAt(userId: string): number | undefined {
    return this.#people.get(userId)?.activeAt
  }

  isVisible(userId: string): boolean {
    return this.#people.get(userId)?.isVisible === true
  }

  /** Of whom it is not known whether they want to be seen. */
  unclear(): string[] {
    return [...this.#people].flatMap(([userId, { isVisible }]) =>
      isVisible === null ? userId : [],
    )
  }

  /** Forgets those who have left; returns them. */
  depart(): { readonly userId: string; readonly activeAt: number }[] {
    const now = this.#now()
    const departed = [...this.#people].filter(
      ([, { streams, until }]) => streams <= 0 && until <= now,
    )
    for (const [userId] of departed) this.#people.delete(userId)
    return departed.map(([userId, { activeAt }]) => ({ userId, activeAt }))
  }

  /** What others are to be told: everything, or only what is news to them. */
  takeSightings(which: 'all' | 'news'): Sighting[] {
    const sightings: Sighting[] = []
    for (const [userId, person] of this.#people) {
      if (person.isVisible !== true) continue
      const { activeAt, toldActiveAt } = person
      const isNews = toldActiveAt === null || activeAt - toldActiveAt > freshMs
      if (which === 'news' && !isNews) continue
      person.toldActiveAt = activeAt
      sightings.push({ userId, activeAt })
    }
    return sightings
  }

  /** Those whom others still see though they do not want it. */
  takeHidden(): string[] {
    const hidden: string[] = []
    for (const [userId, person] of this.#people) {
      if (person.isVisible !== false || person.toldActiveAt === null) continue
      person.toldActiveAt = null
      hidden.push(userId)
    }
    return hidden
  }

  #touch(userId: string): OwnPerson {
    const now = this.#now()
    const person = this.#people.get(userId) ?? {
      streams: 0,
      activeAt: now,
      until: 0,
      toldActiveAt: null,
      isVisible: null,
    }
    person.activeAt = now
    this.#people.set(userId, person)
    return person
  }
}
