import { readFile } from 'node:fs/promises'
import { parseCodegenSettings } from './codegen-settings.ts'
import { composeSupergraph } from './compose-supergraph.ts'
import type { CompositionWarning } from './composition-error.ts'
import { generateClientDocuments, type OperationsFile } from './generate-client-documents.ts'
import { generateResolverTypes } from './generate-resolver-types.ts'
import { listIfPresent } from './read-if-present.ts'
import {
  listSubgraphs,
  readSubgraphManifest,
  readSubgraphSdl,
  readSubgraphs,
} from './repository.ts'

/** Paths relative to the repository's root, with what the files are to hold. */
export type GeneratedFiles = ReadonlyMap<string, string>

export const supergraphPath = 'schema/supergraph.graphql'
export const apiPath = 'schema/api.graphql'
export const clientDocumentsPath = 'schema/client/src/generated/documents.ts'

/** Composes every subgraph of a repository into its two committed files. Throws `CompositionError`. */
export async function composedFiles(
  root: URL,
): Promise<{ files: GeneratedFiles; warnings: readonly CompositionWarning[] }> {
  const { supergraphSdl, apiSdl, warnings } = composeSupergraph(await readSubgraphs(root))
  const files = new Map([
    [supergraphPath, supergraphSdl],
    [apiPath, apiSdl],
  ])
  return { files, warnings }
}

/** The resolver types of one subgraph; works while other subgraphs are broken. */
export async function resolverTypesFile(root: URL, name: string): Promise<GeneratedFiles> {
  const settings = parseCodegenSettings(await readSubgraphManifest(root, name), name)
  const types = await generateResolverTypes({ name, sdl: readSubgraphSdl(root, name), settings })
  return new Map([[resolverTypesPath(name), types]])
}

export function resolverTypesPath(subgraph: string): string {
  return `subgraphs/${subgraph}/src/generated/resolver-types.ts`
}

/** The client's typed documents, checked against the API schema that the subgraphs compose to now. */
export async function clientDocumentsFile(root: URL): Promise<GeneratedFiles> {
  const { apiSdl } = composeSupergraph(await readSubgraphs(root))
  const documents = await generateClientDocuments(apiSdl, await readOperations(root))
  return new Map([[clientDocumentsPath, documents]])
}

/** Everything that is generated and committed. */
export async function allGeneratedFiles(root: URL): Promise<GeneratedFiles> {
  const names = await listSubgraphs(root)
  const parts = [
    (await composedFiles(root)).files,
    ...(await Promise.all(names.map((name) => resolverTypesFile(root, name)))),
    await clientDocumentsFile(root),
  ]
  return new Map(parts.flatMap((part) => [...part]))
}

async function readOperations(root: URL): Promise<OperationsFile[]> {
  const folder = new URL('schema/operations/', root)
  const names = (await listIfPresent(folder)).filter((name) => name.endsWith('.graphql'))
  return await Promise.all(
    names.map(async (name) => ({
      path: `schema/operations/${name}`,
      text: await readFile(new URL(name, folder), 'utf8'),
    })),
  )
}
