import type { GraphQLField, GraphQLFieldResolver } from 'graphql'
import { propertyResolver } from '../execution/property-resolver.ts'

type Resolver = GraphQLFieldResolver<unknown, unknown>

/** Looks at the arguments and the context of a call; what it throws becomes the field's error. */
export type FieldCheck = (args: Readonly<Record<string, unknown>>, context: unknown) => void

function guarded(resolve: Resolver, check: FieldCheck): Resolver {
  return (...call) => {
    check(call[1], call[2])
    return resolve(...call)
  }
}

/** Puts a check in front of a field's resolver and, for a subscription field, of its `subscribe`; in place. */
export function guardField(field: GraphQLField<unknown, unknown>, check: FieldCheck): void {
  field.resolve = guarded(field.resolve ?? propertyResolver(field.name), check)
  if (field.subscribe) field.subscribe = guarded(field.subscribe, check)
}
