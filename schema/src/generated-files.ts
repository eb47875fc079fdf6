import { readFile } from 'node:fs/promises'
import { printAccessMatrix } from './access/access-matrix.ts'
import { readAccessDecisions } from './access/read-access.ts'
import { parseCodegenSettings } from './codegen-settings.ts'
import { composeSupergraph } from './compose-supergraph.ts'
import type { CompositionWarning } from './composition-error.ts'
import { audienceSdls } from './contract/audiences.ts'
import { generateClientDocuments, type OperationsFile } from './generate-client-documents.ts'
import { generateResolverTypes } from './generate-resolver-types.ts'
import { generateSafelist } from './generate-safelist.ts'
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
/** Who may use which field, for readers. */
export const accessMatrixPath = 'schema/access-matrix.md'
/** What one audience sees. */
export function audiencePath(audience: string): string {
  return `schema/api.${audience}.graphql`
}

export const clientDocumentsPath = 'schema/client/src/generated/documents.ts'

export const safelistPath = 'schema/safelist.json'

/**
 * Composes every subgraph of a repository into its two committed files, the API of each audience where elements are tagged
 * for one, and the access matrix where access is decided. Throws `CompositionError`.
 */
export async function composedFiles(
  root: URL,
): Promise<{ files: GeneratedFiles; warnings: readonly CompositionWarning[] }> {
  const { supergraphSdl, apiSdl, warnings } = composeSupergraph(await readSubgraphs(root))
  const access = await readAccessDecisions(root)
  const files = new Map([
    [supergraphPath, supergraphSdl],
    [apiPath, apiSdl],
    ...(access ? [[accessMatrixPath, printAccessMatrix(supergraphSdl, access)] as const] : []),
    ...[...audienceSdls(supergraphSdl)].map(([name, sdl]) => [audiencePath(name), sdl] as const),
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

/**
 * The client's typed documents, checked against the API schema that the subgraphs compose to now, and the safelist of
 * the same documents for the router.
 */
export async function clientFiles(root: URL): Promise<GeneratedFiles> {
  const { apiSdl } = composeSupergraph(await readSubgraphs(root))
  const documents = await generateClientDocuments(apiSdl, await readOperations(root))
  return new Map([
    [clientDocumentsPath, documents],
    [safelistPath, generateSafelist(documents)],
  ])
}

/** Everything that is generated and committed. */
export async function allGeneratedFiles(root: URL): Promise<GeneratedFiles> {
  const names = await listSubgraphs(root)
  const parts = [
    (await composedFiles(root)).files,
    ...(await Promise.all(names.map((name) => resolverTypesFile(root, name)))),
    await clientFiles(root),
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
