import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { UsersContext } from '../context.ts'

/** The result of a mutation that gives a person back, as the viewer sees them after it. */
export async function asUser<Problem extends { readonly __typename: string }>(
  result: { readonly id: string } | Problem,
  context: UsersContext,
) {
  if ('__typename' in result) return result
  context.forget()
  const person = await context.person(result.id)
  if (!person) throw new GravityError('NOT_FOUND', 'There is no person with this id.')
  return { __typename: 'User' as const, ...person }
}
