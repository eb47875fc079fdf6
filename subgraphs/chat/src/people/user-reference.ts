/** A person in the graph, whom the service that owns people describes. */
export function userReference(id: string) {
  return { __typename: 'User' as const, id }
}
