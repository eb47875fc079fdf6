import { GraphQLScalarType } from 'graphql'
import { GraphQLDateTimeISO } from 'graphql-scalars'

/**
 * `DateTime` of the shared SDL: a `Date` for resolvers, RFC 3339 text in UTC on the wire. It serialises to text, never
 * to a `Date`, so that a subgraph called in memory answers exactly what it answers over HTTP.
 */
const dateTime = new GraphQLScalarType({ ...GraphQLDateTimeISO.toConfig(), name: 'DateTime' })

/** The scalars of the shared SDL by name; `buildSubgraph` attaches those that a subgraph's schema has. */
export const sharedScalars: Readonly<Record<string, GraphQLScalarType>> = { DateTime: dateTime }
