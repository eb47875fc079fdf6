import { codegen } from '@graphql-codegen/core'
import * as typescript from '@graphql-codegen/typescript'
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers'
import { parse, Source } from 'graphql'
import type { CodegenSettings } from './codegen-settings.ts'
import { generatedNotice } from './generated-notice.ts'
import { resolverScalars } from './scalar-types.ts'

/** What the types of one subgraph are made from. */
export interface ResolverTypesSource {
  readonly name: string
  readonly sdl: string
  readonly settings: CodegenSettings
}

/**
 * The types of one subgraph's resolvers, as TypeScript that is erased at run time. A member of a union is returned
 * with its `__typename`, so a resolver that forgets it does not compile.
 */
export async function generateResolverTypes(subgraph: ResolverTypesSource): Promise<string> {
  const { context, mappers } = subgraph.settings
  const config = {
    federation: true,
    enumsAsTypes: true,
    useTypeImports: true,
    importExtension: '.ts',
    strictScalars: true,
    immutableTypes: true,
    scalars: resolverScalars,
    optionalResolveType: true,
    resolversNonOptionalTypename: { unionMember: true },
    mappers,
    ...(context === undefined ? {} : { contextType: context }),
  }
  const generated = await codegen({
    filename: 'resolver-types.ts',
    schema: parse(new Source(subgraph.sdl, subgraph.name)),
    documents: [],
    config: {},
    pluginMap: { typescript, typescriptResolvers },
    plugins: [{ typescript: config }, { typescriptResolvers: config }],
  })
  return `${generatedNotice}${generated.trimEnd()}\n`
}
