import { createHash } from 'node:crypto'
import { type DocumentNode, Kind, type OperationDefinitionNode, print } from 'graphql'

/**
 * The manifest of the operations in generated client documents, in the format of Apollo's
 * `generate-persisted-query-manifest`, which the router reads as its safelist. Its documents are those that the client
 * sends, letter for letter, and each id is the SHA-256 of the text.
 */
export function generateSafelist(clientDocuments: string): string {
  const operations = [...readDocuments(clientDocuments)]
    .map(({ document, operation }) => {
      const body = print(document)
      return {
        id: createHash('sha256').update(body).digest('hex'),
        name: operation.name?.value ?? '',
        type: operation.operation,
        body,
      }
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

interface ClientOperation {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
}

/** The documents out of the module that they were generated into, where each is one line of JSON. */
function* readDocuments(module: string): Generator<ClientOperation> {
  for (const [, json = ''] of module.matchAll(/^export const \w+ = (\{.*\}) as unknown as /gm)) {
    // A parse boundary: the generator wrote the syntax tree of a document that it had parsed.
    const document = JSON.parse(json) as DocumentNode
    const operation = document.definitions.find(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION,
    )
    if (operation) yield { document, operation }
  }
}
