import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
} from 'graphql'

/** What a check may look at; what it throws becomes the field's error. */
export interface FieldCall {
  readonly args: Readonly<Record<string, unknown>>
  readonly context: unknown
  readonly info: GraphQLResolveInfo
}

type Resolver = GraphQLFieldResolver<unknown, unknown>

function guarded(resolve: Resolver, check: (call: FieldCall) => void): Resolver {
  return (...call) => {
    const [, args, context, info] = call
    check({ args, context, info })
    return resolve(...call)
  }
}

/** Puts a check in front of a field's resolver and, for a subscription field, of its `subscribe`; in place. */
export function guardField(
  field: GraphQLField<unknown, unknown>,
  check: (call: FieldCall) => void,
): void {
  field.resolve = guarded(field.resolve ?? defaultFieldResolver, check)
  if (field.subscribe) field.subscribe = guarded(field.subscribe, check)
}
