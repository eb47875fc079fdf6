import { loadGroupsByKey } from '@gravity/shared/loaders/load-by-key'
import type DataLoader from 'dataloader'
import type { LinkRow } from './link.repository.ts'
import type { LinkService } from './link.service.ts'

/** One statement for the links of all the people of an answer. */
export function createLinkLoader(
  links: Pick<LinkService, 'ofPeople'>,
): DataLoader<string, readonly LinkRow[]> {
  return loadGroupsByKey(
    (ids: readonly string[]) => links.ofPeople(ids),
    ({ userId }) => userId,
  )
}
