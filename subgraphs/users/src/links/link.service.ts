import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { type GuardedFetch, GuardedFetchError } from '@gravity/shared/http/guarded-fetch'
import type { Logger } from '@gravity/shared/log/logger'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { UsersConfig } from '../config.ts'
import { daysAfter } from '../personal/day.ts'
import { announceProfile } from '../profiles/announce-profile.ts'
import { forgetProfile } from '../profiles/forget-profile.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import type { DueLink, LinkRow } from './link.repository.ts'
import { relMeAddresses } from './rel-me.ts'

export interface LinkServiceDeps {
  readonly database: Database<UsersStore, UsersReads>
  readonly config: Pick<UsersConfig, 'profileUrl' | 'allowsLoopbackLinks'>
  readonly fetchPage: GuardedFetch
  readonly pubsub: PubSub
  readonly log: Logger
  readonly clock: { now(): Date; newId(): string }
}

export const mostLinks = 8
const longestUrl = 500
const lookAgainDays = 7
/** A process that dies at a look does not put it off for longer. */
const lookMs = 10 * 60 * 1_000
const looksAtOnce = 20

/** The pages that people say are theirs, and whether the pages say so too. */
export class LinkService {
  readonly #deps: LinkServiceDeps

  constructor(deps: LinkServiceDeps) {
    this.#deps = deps
  }

  ofPeople(userIds: readonly string[]): Promise<LinkRow[]> {
    return this.#deps.database.reads.links.ofPeople(userIds)
  }

  /** Where a person's page is, to which a page of theirs leads back. */
  profileUrl(username: string): string {
    return this.#deps.config.profileUrl.replaceAll('{username}', username)
  }

  /** What stays keeps its verification; what is new is looked at soon. */
  async replace(
    viewer: Viewer,
    addresses: readonly string[],
  ): Promise<{ readonly id: string } | InvalidInput> {
    const urls = [...new Set(addresses.map((address) => this.#parse(address)))]
    if (urls.length > mostLinks) return invalidInput('urls', `At most ${mostLinks} links.`)
    const links: { id: string; url: string }[] = []
    const { clock, database } = this.#deps
    for (const url of urls) {
      if (url === undefined) {
        return invalidInput(
          'urls',
          `A link is an https address of at most ${longestUrl} characters.`,
        )
      }
      links.push({ id: clock.newId(), url })
    }
    const { userId } = viewer
    await database.transaction(async (store) => {
      if (!(await announce(store, userId))) {
        throw new GravityError('NOT_FOUND', 'You have no profile yet. Try again in a moment.')
      }
      await store.links.replace(userId, links, clock.now())
    })
    await forgetProfile(this.#deps, userId)
    return { id: userId }
  }

  /** Looks at the pages whose time has come; returns how many. */
  async checkDue(signal: AbortSignal): Promise<number> {
    const { clock, database } = this.#deps
    const now = clock.now()
    const until = new Date(now.getTime() + lookMs)
    const ids = await database.transaction((store) => store.links.takeDue(now, until, looksAtOnce))
    await Promise.all(ids.map((id) => this.#check(id, signal)))
    return ids.length
  }

  async #check(id: string, signal: AbortSignal): Promise<void> {
    const { clock, database } = this.#deps
    const link = await database.reads.links.byId(id)
    if (!link) return
    const isMine = await this.#leadsBack(link, signal)
    if (signal.aborted) return
    const now = clock.now()
    const days = isMine ? lookAgainDays : Math.min(lookAgainDays, 2 ** link.failures / 24)
    const changed = await database.transaction(async (store) => {
      const found = { isMine, now, nextAt: daysAfter(now, days) }
      const userId = await store.links.note(id, found)
      if (userId !== undefined) await announce(store, userId)
      return userId
    })
    if (changed !== undefined) await forgetProfile(this.#deps, changed)
  }

  async #leadsBack({ id, url, username }: DueLink, signal: AbortSignal): Promise<boolean> {
    const { fetchPage, log } = this.#deps
    try {
      const { body, contentType, status, url: address } = await fetchPage(url, signal)
      if (status !== 200 || !contentType.toLowerCase().includes('html')) return false
      const wanted = comparable(this.profileUrl(username))
      return relMeAddresses(body, address).some((found) => comparable(found) === wanted)
    } catch (error) {
      if (!(error instanceof GuardedFetchError)) throw error
      log.debug({ linkId: id, fault: error.fault }, 'A linked page could not be read.')
      return false
    }
  }

  #parse(address: string): string | undefined {
    const url = URL.parse(address.trim())
    if (!url || url.username || url.password || url.href.length > longestUrl) return undefined
    const isPublic = url.protocol === 'https:' && url.port === ''
    const isLocal = this.#deps.config.allowsLoopbackLinks && url.protocol === 'http:'
    return isPublic || isLocal ? url.href : undefined
  }
}

/** Tells that a profile shows something else; false when there is none. */
async function announce(store: UsersStore, userId: string): Promise<boolean> {
  const profile = await store.links.touchProfile(userId)
  if (!profile) return false
  await announceProfile(store, userId, profile)
  return true
}

/** Without what makes no difference to where it leads. */
function comparable(address: string): string {
  return address.toLowerCase().replace(/#.*$/, '').replace(/\/$/, '')
}
