import { loadByKey } from '@gravity/shared/loaders/load-by-key'
import type DataLoader from 'dataloader'
import type { SeenProfile } from '../privacy/sight.ts'

/** One statement for all the people that a request mentions, and one more when not all are the same for everybody. */
export function createProfileLoader(
  load: (ids: readonly string[]) => Promise<SeenProfile[]>,
): DataLoader<string, SeenProfile | null> {
  return loadByKey(load, ({ id }) => id)
}
