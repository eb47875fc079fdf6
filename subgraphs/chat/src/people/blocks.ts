import type { BlockRepository } from './block.repository.ts'

/** One of the two has blocked the other: who did is never told. */
export interface PersonUnavailable {
  readonly __typename: 'PersonUnavailable'
  readonly code: 'PERSON_UNAVAILABLE'
  readonly message: string
}

export interface PeopleUnavailable {
  readonly __typename: 'PeopleUnavailable'
  readonly code: 'PEOPLE_UNAVAILABLE'
  readonly message: string
  readonly personIds: readonly string[]
}

export const personUnavailable: PersonUnavailable = {
  __typename: 'PersonUnavailable',
  code: 'PERSON_UNAVAILABLE',
  message: 'You and this person cannot write to each other.',
}

interface Blocks {
  readonly blocks: Pick<BlockRepository, 'among'>
}

/** The problem of bringing together people of whom one has blocked the other; undefined when none has. */
export async function unavailableFault(
  { blocks }: Blocks,
  personId: string,
  otherIds: readonly string[],
): Promise<PeopleUnavailable | undefined> {
  const personIds = await blocks.among(personId, otherIds)
  if (personIds.length === 0) return undefined
  const message =
    personIds.length === 1
      ? 'You cannot bring in one of the people you named.'
      : `You cannot bring in ${personIds.length} of the people you named.`
  return { __typename: 'PeopleUnavailable', code: 'PEOPLE_UNAVAILABLE', message, personIds }
}

export async function areApart({ blocks }: Blocks, one: string, other: string): Promise<boolean> {
  return (await blocks.among(one, [other])).length > 0
}
