import { codegen } from '@graphql-codegen/core'
import * as typedDocumentNode from '@graphql-codegen/typed-document-node'
import * as typescriptOperations from '@graphql-codegen/typescript-operations'
import { parse, Source } from 'graphql'
import { generatedNotice } from './generated-notice.ts'
import { clientScalars } from './scalar-types.ts'

/** One file of schema/operations. */
export interface OperationsFile {
  /** As errors should name it, such as `schema/operations/chat.graphql`. */
  readonly path: string
  readonly text: string
}

/**
 * The client's typed documents: one `…Document` per operation, a `TypedDocumentNode` that Apollo Client and urql take
 * as it is. Operations that do not fit the API schema throw with their file and line.
 */
export async function generateClientDocuments(
  apiSdl: string,
  files: readonly OperationsFile[],
): Promise<string> {
  const config = {
    enumType: 'string-literal',
    useTypeImports: true,
    importExtension: '.ts',
    strictScalars: true,
    scalars: { ID: 'string', ...clientScalars },
    documentMode: 'documentNode',
  }
  const generated = await codegen({
    filename: 'documents.ts',
    schema: parse(apiSdl),
    documents: files.map(({ path, text }) => ({
      location: path,
      document: parse(new Source(text, path)),
    })),
    config: {},
    pluginMap: { typescriptOperations, typedDocumentNode },
    plugins: [{ typescriptOperations: config }, { typedDocumentNode: config }],
  })
  return `${generatedNotice}${generated.trimEnd()}\n`
}
