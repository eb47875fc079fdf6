import type { GraphQLFieldResolver } from 'graphql'

/**
 * What graphql-js resolves a field to that has no resolver, for a field whose name is known: the property of that name,
 * or what it answers when it is a function.
 */
export function propertyResolver(name: string): GraphQLFieldResolver<unknown, unknown> {
  return (source, ...call) => {
    if (!hasProperties(source)) return undefined
    const value = source[name]
    return typeof value === 'function' ? value.apply(source, call) : value
  }
}

/** What has properties, in the sense of JavaScript. */
export function hasProperties(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
}
