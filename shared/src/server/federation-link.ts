import { type DirectiveNode, type DocumentNode, Kind, type ValueNode } from 'graphql'

const federationUrl = 'https://specs.apollo.dev/federation/'

function argumentOf(directive: DirectiveNode, name: string): ValueNode | undefined {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value
}

function isFederationLink(directive: DirectiveNode): boolean {
  const url = argumentOf(directive, 'url')
  return (
    directive.name.value === 'link' &&
    url?.kind === Kind.STRING &&
    url.value.startsWith(federationUrl)
  )
}

function federationLinkOf(document: DocumentNode): DirectiveNode | undefined {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) {
      continue
    }
    const link = definition.directives?.find(isFederationLink)
    if (link) return link
  }
  return undefined
}

/** The name that one entry of `import` gives to a directive: `"@key"`, or `{ name: "@key", as: "@id" }`. */
function importedName(entry: ValueNode, imported: string): string | undefined {
  if (entry.kind === Kind.STRING) return entry.value === imported ? imported : undefined
  if (entry.kind !== Kind.OBJECT) return undefined
  const textOf = (name: string): string | undefined => {
    const value = entry.fields.find((field) => field.name.value === name)?.value
    return value?.kind === Kind.STRING ? value.value : undefined
  }
  return textOf('name') === imported ? (textOf('as') ?? imported) : undefined
}

/**
 * The name, without `@`, under which a subgraph's document knows a federation directive: its own name or alias when
 * the document's `@link` imports it, `federation__<name>` otherwise (https://specs.apollo.dev/link/v1.0).
 */
export function federationDirectiveName(document: DocumentNode, name: string): string {
  const link = federationLinkOf(document)
  const imports = link && argumentOf(link, 'import')
  if (imports?.kind === Kind.LIST) {
    for (const entry of imports.values) {
      const found = importedName(entry, `@${name}`)
      if (found) return found.slice(1)
    }
  }
  return `federation__${name}`
}
