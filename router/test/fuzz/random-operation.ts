import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  OperationTypeNode,
} from 'graphql'
import type { Random } from './random.ts'
import { RandomInputs } from './random-inputs.ts'

export interface RandomOperation {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface OperationOptions {
  readonly schema: GraphQLSchema
  readonly random: Random
  /** How many fields lie in one another. */
  readonly depth: number
  /** Arguments that make sense, as GraphQL text with parentheses, by `Type.field`; any arguments for others. */
  readonly argumentTexts?: Readonly<Record<string, readonly string[]>>
  /** Names that aliases are taken from. */
  readonly aliases?: readonly string[]
  /** How many fragments of a hundred are deferred, and how many more there are; none when it is left out. */
  readonly deferPercent?: number
}

/** What a response name stands for in a selection: selections of one name are merged, so they must agree. */
interface Meaning {
  readonly type: string
  /** The field with its arguments, by parent type. */
  readonly texts: Map<GraphQLCompositeType, string>
  readonly scope: Scope
}

type Scope = Map<string, Meaning>

interface Fragment {
  readonly name: string
  readonly type: GraphQLCompositeType
}

interface Place {
  readonly type: GraphQLCompositeType
  readonly depth: number
  readonly scope: Scope
}

const oddAliases = [
  'id',
  'f0',
  'f1',
  'name',
  '__proto__',
  'constructor',
  'toString',
  'f0__alias_0',
  'data',
]
const maximumFields = 30

/**
 * A random operation: variables, aliases, conditions, fragments in one another, introspection of names. Nearly all are
 * valid; a fragment that is spread at a second place may not merge there.
 */
export function randomOperation(options: OperationOptions): RandomOperation {
  return new OperationWriter(options).write()
}

class OperationWriter {
  readonly #options: OperationOptions
  readonly #random: Random
  readonly #inputs: RandomInputs
  readonly #fragments: Fragment[] = []
  readonly #definitions: string[] = []
  readonly #aliases: readonly string[]
  /** The probability that a fragment is deferred. */
  readonly #deferred: number
  #fields = 0

  constructor(options: OperationOptions) {
    this.#options = options
    this.#deferred = (options.deferPercent ?? 0) / 100
    this.#aliases = options.aliases ?? oddAliases
    this.#random = options.random
    this.#inputs = new RandomInputs(options.random)
  }

  write(): RandomOperation {
    const { schema, depth } = this.#options
    const mutation = this.#random.chance(0.15) ? schema.getMutationType() : undefined
    const type = mutation ?? schema.getQueryType()
    if (!type) throw new Error('The schema has no query type')
    const kind = mutation ? OperationTypeNode.MUTATION : OperationTypeNode.QUERY
    const selection = this.#selection({ type, depth, scope: new Map() })
    const name = this.#random.chance(0.3) ? ' Operation' : ''
    const operation = `${kind}${name}${this.#inputs.declarations()} ${selection}`
    const query = this.#random.chance(0.5)
      ? [operation, ...this.#definitions]
      : [...this.#definitions, operation]
    return { query: query.join('\n'), variables: this.#inputs.variables() }
  }

  #selection(place: Place): string {
    const { type } = place
    const random = this.#random
    const fields = isUnionType(type) ? [] : Object.values(type.getFields())
    const parts = Array.from({ length: fields.length > 0 ? 1 + random.below(4) : 0 }, () =>
      this.#field(place, random.pick(fields)),
    )
    const abstract = isAbstractType(type)
    const fragments = abstract
      ? random.below(3)
      : Number(random.chance(this.#deferred > 0 ? 0.7 : 0.2))
    for (let count = fragments; count > 0; count -= 1) parts.push(this.#fragment(place))
    if (random.chance(0.25)) parts.push(this.#typename(place.scope))
    const present = parts.filter((part) => part !== '')
    return `{ ${present.length > 0 ? random.some(present, present.length).join(' ') : '__typename'} }`
  }

  #typename(scope: Scope): string {
    const alias = this.#random.chance(0.3) ? this.#random.pick(this.#aliases) : '__typename'
    if (scope.has(alias)) return ''
    scope.set(alias, { type: 'String!', texts: new Map(), scope: new Map() })
    return alias === '__typename' ? alias : `${alias}: __typename`
  }

  #field(place: Place, field: GraphQLField<unknown, unknown>): string {
    const { type, depth, scope } = place
    const named = getNamedType(field.type)
    const composite = isCompositeType(named)
    this.#fields += 1
    if (composite && (depth === 0 || this.#fields > maximumFields)) return ''
    const wanted = this.#random.chance(0.2) ? this.#random.pick(this.#aliases) : field.name
    const known = scope.get(wanted)?.texts.get(type)
    const again = known?.startsWith(`${field.name} `) && this.#random.chance(0.8)
    const text = again && known ? known : `${field.name} ${this.#arguments(type, field)}`
    const name = this.#nameFor(wanted, { place, type: String(field.type), text })
    const meaning = scope.get(name)
    if (!meaning) return ''
    const nested = composite
      ? ` ${this.#selection({ type: named, depth: depth - 1, scope: meaning.scope })}`
      : ''
    const prefix = name === field.name ? '' : `${name}: `
    return `${prefix}${text}${this.#conditions()}${nested}`
  }

  /** A response name under which the field merges with what is there already. */
  #nameFor(
    wanted: string,
    { place, type, text }: { place: Place; type: string; text: string },
  ): string {
    const { scope } = place
    for (let number = 0; ; number += 1) {
      const name = number === 0 ? wanted : `x${number}`
      const meaning = scope.get(name)
      if (!meaning) {
        scope.set(name, { type, texts: new Map([[place.type, text]]), scope: new Map() })
        return name
      }
      const merges = [...meaning.texts].every(
        ([parent, other]) =>
          other === text || (parent !== place.type && areApart(parent, place.type)),
      )
      if (meaning.type === type && meaning.texts.size > 0 && merges) {
        meaning.texts.set(place.type, text)
        return name
      }
    }
  }

  #arguments(type: GraphQLCompositeType, field: GraphQLField<unknown, unknown>): string {
    const known = this.#options.argumentTexts?.[`${type.name}.${field.name}`]
    if (known) return this.#random.pick(known)
    const texts = field.args.flatMap((argument) => {
      const required = isRequiredArgument(argument)
      if (!required && this.#random.chance(0.3)) return []
      return [`${argument.name}: ${this.#inputs.text(argument.type)}`]
    })
    return texts.length > 0 ? `(${texts.join(', ')})` : ''
  }

  #conditions(): string {
    const random = this.#random
    if (!random.chance(0.12)) return ''
    const names = random.chance(0.2) ? ['skip', 'include'] : [random.pick(['skip', 'include'])]
    return names.map((name) => ` @${name}(if: ${this.#inputs.condition()})`).join('')
  }

  #defer(): string {
    if (!this.#random.chance(this.#deferred)) return ''
    const condition = this.#random.chance(0.4) ? '' : `(if: ${this.#inputs.condition()})`
    return ` @defer${condition}`
  }

  #fragment(place: Place): string {
    const random = this.#random
    const types = this.#conditionsFor(place.type)
    const known = this.#fragments.filter((fragment) => types.includes(fragment.type))
    if (known.length > 0 && random.chance(0.15))
      return `...${random.pick(known).name}${this.#conditions()}${this.#defer()}`
    const type = random.pick(types)
    const conditions = this.#conditions() + this.#defer()
    if (place.depth === 0 || this.#fields > maximumFields) return ''
    // A fragment is no level of the answer, but fragments in one another end too.
    const inner = { type, scope: place.scope, depth: place.depth - Number(random.chance(0.5)) }
    if (random.chance(0.3)) {
      const name = `F${this.#definitions.length}`
      const index = this.#definitions.push('') - 1
      this.#definitions[index] = `fragment ${name} on ${type.name} ${this.#selection(inner)}`
      this.#fragments.push({ name, type })
      return `...${name}${conditions}`
    }
    const condition = type === place.type && random.chance(0.5) ? '' : ` on ${type.name}`
    return `...${condition}${conditions} ${this.#selection(inner)}`
  }

  /** The types that a fragment may have at a place. */
  #conditionsFor(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const { schema } = this.#options
    if (isObjectType(type)) return [type, type, ...type.getInterfaces()]
    const possible = schema.getPossibleTypes(type)
    const interfaces = Object.values(schema.getTypeMap())
      .filter(isInterfaceType)
      .filter((other) => possible.some((member) => schema.isSubType(other, member)))
    return [type, ...possible, ...possible, ...interfaces]
  }
}

/** Whether no object is of both types, so that their fields never meet. */
function areApart(one: GraphQLCompositeType, other: GraphQLCompositeType): boolean {
  return isObjectType(one) && isObjectType(other)
}
