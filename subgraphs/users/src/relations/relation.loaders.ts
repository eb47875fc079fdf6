import { loadByKey, loadGroupsByKey } from '@gravity/shared/loaders/load-by-key'
import type { Page } from '@gravity/shared/pagination/connection'
import type DataLoader from 'dataloader'
import type { UsersReads } from '../store.ts'
import type { FollowListRequest, RelatedKey, RelatedOfRow } from './follow.repository.ts'
import type { RelationRow } from './relation.repository.ts'

/** What a request wants to know of relations, one statement for all people that it mentions. */
export class RelationLoaders {
  readonly #reads: Pick<UsersReads, 'follows' | 'relations'>
  readonly #viewerId: string | null
  readonly #now: () => Date
  /** By side and page. */
  readonly #lists = new Map<string, DataLoader<string, readonly RelatedOfRow[]>>()
  #relations: DataLoader<string, RelationRow | null> | undefined

  constructor(
    reads: Pick<UsersReads, 'follows' | 'relations'>,
    viewer: { readonly viewerId: string | null; readonly now: () => Date },
  ) {
    this.#reads = reads
    this.#viewerId = viewer.viewerId
    this.#now = viewer.now
  }

  list(
    userId: string,
    side: FollowListRequest['side'],
    page: Page<RelatedKey>,
  ): Promise<readonly RelatedOfRow[]> {
    const { direction, from, limit } = page
    const key = JSON.stringify([side, direction, from, limit])
    const request = { side, page, viewerId: this.#viewerId }
    const loader =
      this.#lists.get(key) ??
      loadGroupsByKey(
        (ids: readonly string[]) => this.#reads.follows.lists(ids, request),
        ({ ofId }) => ofId,
      )
    this.#lists.set(key, loader)
    return loader.load(userId)
  }

  /** Null without a viewer. */
  async relationTo(userId: string): Promise<RelationRow | null> {
    const viewerId = this.#viewerId
    if (viewerId === null) return null
    this.#relations ??= loadByKey(
      (ids: readonly string[]) => this.#reads.relations.relationsTo(ids, viewerId, this.#now()),
      ({ id }) => id,
    )
    return this.#relations.load(userId)
  }
}
