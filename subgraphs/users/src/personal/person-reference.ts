import { invariant } from '@gravity/shared/errors/invariant'
import type { UsersContext } from '../context.ts'
import type { SeenProfile } from '../privacy/sight.ts'

/** Somebody who must be there, since nobody's profile ever goes: at last it is a tombstone. */
export async function personReference(id: string, context: UsersContext): Promise<SeenProfile> {
  const person = await context.person(id)
  invariant(person, 'whoever has done something has a profile')
  return person
}
