import { readFileSync } from 'node:fs'
import {
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  isTypeDefinitionNode,
  parse,
  print,
  type TypeDefinitionNode,
  visit,
} from 'graphql'
import { federationDirectiveName } from './federation-link.ts'

const sharedSdlFile = new URL('../graphql/shared.graphql', import.meta.url)

function namedTypesIn(node: ASTNode): Set<string> {
  const names = new Set<string>()
  visit(node, {
    NamedType(type) {
      names.add(type.name.value)
    },
  })
  return names
}

/** The shared definitions that the document needs, directly or through another shared definition. */
function neededDefinitions(
  document: DocumentNode,
  shared: ReadonlyMap<string, TypeDefinitionNode>,
): TypeDefinitionNode[] {
  const needed = new Set<TypeDefinitionNode>()
  const pending = [...namedTypesIn(document)]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const definition = shared.get(name)
    if (!definition || needed.has(definition)) continue
    needed.add(definition)
    pending.push(...namedTypesIn(definition))
  }
  return [...shared.values()].filter((definition) => needed.has(definition))
}

/** Shared types say `@shareable`; a subgraph that does not import it knows it by its namespaced name. */
function withDirectiveNamesOf(document: DocumentNode, definition: DefinitionNode): DefinitionNode {
  const shareable = federationDirectiveName(document, 'shareable')
  return visit(definition, {
    Directive: (directive) =>
      directive.name.value === 'shareable'
        ? { ...directive, name: { ...directive.name, value: shareable } }
        : undefined,
  })
}

/**
 * The SDL that a subgraph is built from and that composition reads: its own file, followed by those shared value types
 * (`shared/src/graphql/shared.graphql`) that the file names. Unused shared types stay away, so that no subgraph
 * claims to know what it never answers. Throws when a file is missing, is not SDL, or defines a shared type again.
 */
export function subgraphSdl(sdlFile: URL): string {
  const sdl = readFileSync(sdlFile, 'utf8')
  const document = parse(sdl)
  const shared = new Map(
    parse(readFileSync(sharedSdlFile, 'utf8'), { noLocation: true })
      .definitions.filter(isTypeDefinitionNode)
      .map((definition) => [definition.name.value, definition]),
  )
  for (const definition of document.definitions) {
    if (isTypeDefinitionNode(definition) && shared.has(definition.name.value)) {
      throw new Error(
        `${sdlFile.pathname} defines ${definition.name.value}, which the shared SDL already defines: remove it there`,
      )
    }
  }
  const additions = neededDefinitions(document, shared).map((definition) =>
    print(withDirectiveNamesOf(document, definition)),
  )
  return `${[sdl.trimEnd(), ...additions].join('\n\n')}\n`
}
