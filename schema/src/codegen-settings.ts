/** The `codegen` section of a subgraph's package.json. Paths are relative to src/generated/ and end in `.ts#ExportedType`. */
export interface CodegenSettings {
  /** The type of the third argument of every resolver. */
  readonly context: string | undefined
  /** The type that stands behind a GraphQL type in resolvers, such as the row of an entity. */
  readonly mappers: Readonly<Record<string, string>>
}

const typeReference = /^\.{1,2}\/[^#]+\.ts#\w+$|^@[\w-]+\/[^#]+#\w+$/

/** Reads the settings out of a parsed package.json; throws a sentence that names the place of a mistake. */
export function parseCodegenSettings(manifest: unknown, subgraph: string): CodegenSettings {
  const section = member(manifest, 'codegen')
  if (section === undefined) return { context: undefined, mappers: {} }
  const mappers = member(section, 'mappers') ?? {}
  return {
    context: parseReference(member(section, 'context'), `${subgraph}: codegen.context`),
    mappers: Object.fromEntries(
      Object.entries(mappers).flatMap(([type, target]) => {
        const reference = parseReference(target, `${subgraph}: codegen.mappers.${type}`)
        return reference === undefined ? [] : [[type, reference]]
      }),
    ),
  }
}

function member(value: unknown, key: string): object | string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const found: unknown = Reflect.get(value, key)
  if (typeof found === 'string' || (typeof found === 'object' && found !== null)) return found
  return undefined
}

function parseReference(value: unknown, place: string): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && typeReference.test(value)) return value
  throw new Error(
    `${place} in package.json is ${JSON.stringify(value)}; write a file and its exported type, as "../context.ts#UsersContext".`,
  )
}
