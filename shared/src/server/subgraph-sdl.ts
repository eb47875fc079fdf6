import { readFileSync } from 'node:fs'
import {
  type ASTNode,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  isTypeDefinitionNode,
  Kind,
  parse,
  print,
  type TypeDefinitionNode,
  visit,
} from 'graphql'
import { federationDirectiveName } from './federation-link.ts'

const sharedSdlFile = new URL('../graphql/shared.graphql', import.meta.url)

/** What a subgraph may take from the shared SDL: types, and directives by their name with `@`. */
type SharedDefinition = TypeDefinitionNode | DirectiveDefinitionNode

function isSharedDefinition(definition: DefinitionNode): definition is SharedDefinition {
  return isTypeDefinitionNode(definition) || definition.kind === Kind.DIRECTIVE_DEFINITION
}

function nameOf({ kind, name }: SharedDefinition): string {
  return kind === Kind.DIRECTIVE_DEFINITION ? `@${name.value}` : name.value
}

function namesIn(node: ASTNode): Set<string> {
  const names = new Set<string>()
  visit(node, {
    NamedType(type) {
      names.add(type.name.value)
    },
    Directive(directive) {
      names.add(`@${directive.name.value}`)
    },
  })
  return names
}

/** The shared definitions that the document needs, directly or through another shared definition. */
function neededDefinitions(
  document: DocumentNode,
  shared: ReadonlyMap<string, SharedDefinition>,
): SharedDefinition[] {
  const needed = new Set<SharedDefinition>()
  const pending = [...namesIn(document)]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const definition = shared.get(name)
    if (!definition || needed.has(definition)) continue
    needed.add(definition)
    pending.push(...namesIn(definition))
  }
  return [...shared.values()].filter((definition) => needed.has(definition))
}

const federationDirectives: ReadonlySet<string> = new Set(['shareable', 'inaccessible'])

/** Shared types say `@shareable`; a subgraph that does not import it knows it by its namespaced name. */
function withDirectiveNamesOf(document: DocumentNode, definition: DefinitionNode): DefinitionNode {
  return visit(definition, {
    Directive(directive) {
      const { value } = directive.name
      if (!federationDirectives.has(value)) return
      const name = { ...directive.name, value: federationDirectiveName(document, value) }
      return { ...directive, name }
    },
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
      .definitions.filter(isSharedDefinition)
      .map((definition) => [nameOf(definition), definition]),
  )
  for (const definition of document.definitions) {
    if (isSharedDefinition(definition) && shared.has(nameOf(definition))) {
      throw new Error(
        `${sdlFile.pathname} defines ${nameOf(definition)}, which the shared SDL already defines: remove it there`,
      )
    }
  }
  const additions = neededDefinitions(document, shared).map((definition) =>
    print(withDirectiveNamesOf(document, definition)),
  )
  return `${[sdl.trimEnd(), ...additions].join('\n\n')}\n`
}
