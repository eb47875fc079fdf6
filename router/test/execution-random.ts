import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
} from 'graphql'

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface RandomOptions {
  readonly schema: GraphQLSchema
  readonly seed: number
  readonly depth: number
  /** Texts of the arguments for fields that must have some, by `Type.field`. */
  readonly argumentTexts: Readonly<Record<string, readonly string[]>>
  /** Names that aliases are taken from; several times the same on purpose. */
  readonly aliases: readonly string[]
  /** How many fragments of a hundred are deferred, and how many more there are; none when it is left out. */
  readonly deferPercent?: number
}

/** A random query, valid against the schema except that selections of one name may not merge. */
export function randomQuery(options: RandomOptions): string {
  const { schema, seed, deferPercent = 0 } = options
  const random = randomNumbers(seed)
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  const queryType = schema.getQueryType()
  if (!queryType) throw new Error('The schema has no query type')

  const directive = (): string => {
    if (random() > 0.12) return ''
    const name = random() < 0.5 ? 'skip' : 'include'
    return ` @${name}(if: ${pick(['$yes', '$no', 'true', 'false'])})`
  }
  const defer = (): string => {
    if (random() * 100 >= deferPercent) return ''
    return ` @defer${pick(['', '', '(if: $yes)', '(if: $no)', '(if: true)'])}`
  }
  const field = (
    type: GraphQLCompositeType,
    definition: GraphQLField<unknown, unknown>,
    depth: number,
  ) => {
    const named = getNamedType(definition.type)
    const composite = isCompositeType(named)
    if (composite && depth === 0) return ''
    const argumentText =
      pick(options.argumentTexts[`${type.name}.${definition.name}`] ?? ['']) ?? ''
    const alias = random() < 0.15 ? `${pick(options.aliases)}: ` : ''
    const nested = composite ? ` ${selection(named, depth - 1)}` : ''
    return `${alias}${definition.name}${argumentText}${directive()}${nested}`
  }
  const fragment = (type: GraphQLCompositeType, depth: number): string => {
    const types = isAbstractType(type) ? [...schema.getPossibleTypes(type), type] : [type]
    const condition = pick(types)
    if (!condition || depth === 0) return ''
    const directives = deferPercent > 0 ? `${directive()}${defer()}` : directive()
    return `... on ${condition.name}${directives} ${selection(condition, depth - 1)}`
  }
  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const fields = isUnionType(type) ? [] : Object.values(type.getFields())
    const typename = random() < 0.3 || fields.length === 0 ? ['__typename'] : []
    const picked = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(fields))
    const fragments = isAbstractType(type) ? 2 : Number(random() < (deferPercent > 0 ? 0.7 : 0.2))
    const parts = [
      ...typename,
      ...picked.map((definition) => (definition ? field(type, definition, depth) : '')),
      ...Array.from({ length: fragments }, () => fragment(type, depth)),
    ]
    const present = parts.filter((part) => part !== '')
    return `{ ${present.length > 0 ? present.join(' ') : '__typename'} }`
  }
  return `query ($yes: Boolean = true, $no: Boolean!) ${selection(queryType, options.depth)}`
}
