import { createHash } from 'node:crypto'

const digestLine = /^# Composed from subgraphs with digest (sha256:[0-9a-f]{64})/

/**
 * Identifies a set of subgraph SDLs: equal for equal names and SDLs, whatever their order and line ends.
 * Cheap enough for every start; loads nothing of composition.
 */
export function supergraphDigest(
  subgraphs: readonly { readonly name: string; readonly sdl: string }[],
): string {
  const hash = createHash('sha256')
  const byName = subgraphs.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  for (const subgraph of byName) {
    const sdl = subgraph.sdl.replaceAll('\r\n', '\n')
    hash.update(JSON.stringify([subgraph.name, sdl]))
  }
  return `sha256:${hash.digest('hex')}`
}

/** The digest in the first line of a committed supergraph; undefined when the file was not written by `npm run compose`. */
export function digestOfSupergraph(supergraphSdl: string): string | undefined {
  return digestLine.exec(supergraphSdl)?.[1]
}

/** Puts the digest in front of a composed supergraph as its first line, a comment. */
export function stampSupergraph(supergraphSdl: string, digest: string): string {
  return `# Composed from subgraphs with digest ${digest} by \`npm run compose\`; never edit by hand.\n${supergraphSdl}`
}
