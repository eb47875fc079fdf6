/** The port of each subgraph when it runs as a process of its own. One visible list: a new subgraph adds its line here. */
export const subgraphPorts: Readonly<Record<string, number>> = {
  auth: 8001,
  users: 8002,
  notifications: 8003,
  files: 8004,
  payments: 8005,
  orders: 8006,
  products: 8007,
  inventory: 8008,
  analytics: 8009,
  search: 8010,
  recommendations: 8011,
  chat: 8012,
  discovery: 8761,
}

/** The routing address written into the committed supergraph; a running subgraph may announce another one. Throws for a subgraph without a port. */
export function defaultSubgraphUrl(name: string): string {
  const port = subgraphPorts[name]
  if (port === undefined) {
    throw new Error(
      `The subgraph "${name}" has no port: add a line for it to schema/src/subgraph-ports.ts.`,
    )
  }
  return `http://127.0.0.1:${port}/graphql`
}
