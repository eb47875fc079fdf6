import { GraphQLError, parse, print, stripIgnoredCharacters } from 'graphql'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { hashDocument } from './document-hash.ts'

/** The documents that clients were built with. Never changes; another file is another list. */
export interface Safelist {
  /** How many documents are listed. */
  readonly size: number
  readonly documents: readonly string[]
  /** The text of a document by its id, or by the SHA-256 of its text as listed or as graphql-js prints it. */
  documentById(id: string): string | undefined
  /** The listed text that says the same, whatever spaces, commas and comments lie between its tokens. */
  documentLike(text: string): string | undefined
}

/** The manifest of `@apollo/generate-persisted-query-manifest`. */
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
})

/** What GraphQL Code Generator's client preset writes as `persisted-documents.json`: ids and texts. */
const plainManifest = z.record(z.string().min(1), z.string().min(1))

/**
 * Reads a manifest: Apollo's (`apollo-persisted-query-manifest`), or a map from ids to documents as GraphQL Code
 * Generator and `generate-persisted-query-list` write it. Throws an Error, one sentence, when it is neither, when a
 * document cannot be parsed, or when one id has two documents.
 */
export function parseSafelist(manifest: string): Safelist {
  const byId = new Map<string, string>()
  const byText = new Map<string, string>()
  for (const { id, body } of listDocuments(manifest)) {
    const { printed, stripped } = normalise(id, body)
    add(byId, { key: id, id, body })
    for (const text of [body, printed]) byId.set(hashDocument(text), body)
    for (const text of [body, printed, stripped]) byText.set(text, body)
  }
  return {
    size: new Set(byText.values()).size,
    documents: [...new Set(byText.values())],
    documentById: (id) => byId.get(id),
    documentLike: rememberingLookUp((text) => byText.get(text) ?? byText.get(strip(text) ?? '')),
  }
}

interface ListedDocument {
  readonly id: string
  readonly body: string
}

function listDocuments(manifest: string): ListedDocument[] {
  const content = parseJson(manifest)
  const apollo = apolloManifest.safeParse(content)
  if (apollo.success) return apollo.data.operations
  const plain = plainManifest.safeParse(content)
  if (plain.success) return Object.entries(plain.data).map(([id, body]) => ({ id, body }))
  throw new Error(
    'It is neither a persisted query manifest of Apollo (version 1) nor a map from ids to documents.',
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error('It is not valid JSON.', { cause })
  }
}

function normalise(id: string, body: string): { printed: string; stripped: string } {
  try {
    return { printed: print(parse(body)), stripped: stripIgnoredCharacters(body) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`The document ${id} cannot be parsed: ${reason}`, { cause })
  }
}

function add(
  documents: Map<string, string>,
  { key, id, body }: ListedDocument & { readonly key: string },
): void {
  const other = documents.get(key)
  if (other !== undefined && other !== body) {
    throw new Error(`The id ${id} has two different documents.`)
  }
  documents.set(key, body)
}

/** Clients that format a document in another way than the list do so every time. */
function rememberingLookUp(
  lookUp: (text: string) => string | undefined,
): (text: string) => string | undefined {
  const answers = new LRUCache<string, { readonly listed: string | undefined }>({
    max: 1_000,
    maxSize: 8_000_000,
    sizeCalculation: (_, text) => text.length + 1,
  })
  return (text) => {
    const known = answers.get(text)
    if (known) return known.listed
    const listed = lookUp(text)
    answers.set(text, { listed })
    return listed
  }
}

/** Undefined for what is not made of GraphQL's tokens. */
function strip(text: string): string | undefined {
  try {
    return stripIgnoredCharacters(text)
  } catch (error) {
    if (error instanceof GraphQLError) return undefined
    throw error
  }
}
