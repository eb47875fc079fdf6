import { invariant } from '@gravity/shared/errors/invariant'
import type { SubgraphClient } from './subgraph-client.ts'

/** Opens the way to a subgraph; `url` is its routing address in the supergraph. */
export type OpenClient = (name: string, url: string) => SubgraphClient

/** The clients of all generations. A subgraph whose address stays keeps its connections when the schema changes. */
export interface ClientPool {
  /** Opens what is missing for a generation, and finds its clients by name. */
  clientsFor(subgraphs: ReadonlyMap<string, string>): (name: string) => SubgraphClient
  /** Closes the clients that none of the given subgraphs needs; what is in flight finishes first. */
  retain(subgraphs: ReadonlyMap<string, string>): Promise<void>
  close(): Promise<void>
}

/** Opens a pool without clients. */
export function createClientPool(openClient: OpenClient): ClientPool {
  const clients = new Map<string, SubgraphClient>()
  const clientFor = (name: string, url: string): SubgraphClient => {
    const key = keyOf(name, url)
    const client = clients.get(key) ?? openClient(name, url)
    clients.set(key, client)
    return client
  }
  return {
    clientsFor(subgraphs) {
      const byName = new Map([...subgraphs].map(([name, url]) => [name, clientFor(name, url)]))
      return (name) => {
        const client = byName.get(name)
        invariant(client, `The supergraph has no subgraph ${name}`)
        return client
      }
    },
    async retain(subgraphs) {
      const kept = new Set([...subgraphs].map(([name, url]) => keyOf(name, url)))
      const closing = [...clients].filter(([key]) => !kept.has(key))
      for (const [key] of closing) clients.delete(key)
      await Promise.all(closing.map(([, client]) => client.close()))
    },
    async close() {
      await this.retain(new Map())
    },
  }
}

function keyOf(name: string, url: string): string {
  return `${name} ${url}`
}
