import type { Connection } from '@gravity/shared/pagination/connection'
import type { SeenProfile } from '../privacy/sight.ts'
import type { ProfileRow } from './profile.entity.ts'

/** A page of people as a viewer sees them, without those who have become hidden since it was read. */
export async function seenConnection(
  { edges, pageInfo }: Connection<ProfileRow>,
  see: (rows: readonly ProfileRow[]) => Promise<SeenProfile[]>,
): Promise<Connection<SeenProfile>> {
  const people = await see(edges.map(({ node }) => node))
  const shown = edges.flatMap(({ cursor }, index) => {
    const node = people[index]
    return node === undefined || node.sight.isVeiled ? [] : [{ cursor, node }]
  })
  return { edges: shown, nodes: shown.map(({ node }) => node), pageInfo }
}
