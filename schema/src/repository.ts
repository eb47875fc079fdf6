import { readdir, readFile } from 'node:fs/promises'
import { subgraphSdl } from '@gravity/shared/server/subgraph-sdl'
import { GraphQLError } from 'graphql'
import { CompositionError, describeFailure } from './composition-error.ts'
import { readIfPresent } from './read-if-present.ts'
import { defaultSubgraphUrl } from './subgraph-ports.ts'
import type { SubgraphSource } from './subgraph-source.ts'

/** The root folder of this repository, with a final slash. */
export const repositoryRoot = new URL('../../', import.meta.url)

/** The names of the folders under subgraphs/ that have a schema.graphql, sorted. */
export async function listSubgraphs(root: URL): Promise<string[]> {
  const folder = new URL('subgraphs/', root)
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const present = await Promise.all(
    names.map((name) => readIfPresent(new URL(`${name}/schema.graphql`, folder))),
  )
  return names.filter((_name, index) => present[index] !== undefined).toSorted()
}

/** The federated SDL of one subgraph, shared value types merged in, exactly as the running subgraph answers it. */
export function readSubgraphSdl(root: URL, name: string): string {
  try {
    return subgraphSdl(new URL(`subgraphs/${name}/schema.graphql`, root))
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    throw new CompositionError([{ ...describeFailure(error), subgraphs: [name] }], { cause: error })
  }
}

/** Every subgraph of a repository with its default address, sorted by name. */
export async function readSubgraphs(root: URL): Promise<SubgraphSource[]> {
  const names = await listSubgraphs(root)
  if (names.length === 0) throw new Error('There is no subgraphs/<noun>/schema.graphql to compose.')
  return names.map((name) => ({
    name,
    url: defaultSubgraphUrl(name),
    sdl: readSubgraphSdl(root, name),
  }))
}

/** The parsed package.json of one subgraph. */
export async function readSubgraphManifest(root: URL, name: string): Promise<unknown> {
  const text = await readFile(new URL(`subgraphs/${name}/package.json`, root), 'utf8')
  return JSON.parse(text)
}
