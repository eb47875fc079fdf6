import type { IncomingHttpHeaders } from 'node:http'

/** The program that asks, as it calls itself. */
export interface ClientFacts {
  readonly clientName: string | undefined
  readonly clientVersion: string | undefined
}

const longestText = 100

/** Reads what clients of Apollo, and those that follow the newer convention, say of themselves. */
export function clientFacts(headers: IncomingHttpHeaders): ClientFacts {
  return {
    clientName: short(headers['apollographql-client-name'] ?? headers['graphql-client-name']),
    clientVersion: short(
      headers['apollographql-client-version'] ?? headers['graphql-client-version'],
    ),
  }
}

function short(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header.slice(0, longestText) : undefined
}
