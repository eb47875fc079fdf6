import {
  buildSchema,
  type FieldNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  Kind,
  parse,
  parseType,
  parseValue,
  type SelectionSetNode,
  type TypeNode,
  typeFromAST,
  valueFromAST,
} from 'graphql'
import type { Model, ModelField, ModelType } from './model.ts'
import { hash } from './random.ts'

/** An object of the graph; all that is known of it follows from its id. */
export interface Thing {
  readonly __typename: string
  readonly thingId: string
  /** The name of a field that the subgraph may answer although it is another's. */
  readonly provided?: string | undefined
  /** The representation that it was found by. */
  readonly given?: Readonly<Record<string, unknown>>
}

export type Arguments = Readonly<Record<string, unknown>>

const idsPerType = 3

/** A schema has only those scalars that something in it uses. */
const leafTypes = 'scalar Json type Query { a: Int b: Float c: String d: Boolean e: ID f: Json }'

/** The values of all fields of a model, the same wherever they are asked for. */
export class ModelValues {
  readonly #model: Model
  readonly #typeNodes = new Map<string, TypeNode>()
  /** The types of arguments. */
  readonly #inputs: GraphQLSchema

  constructor(model: Model) {
    this.#model = model
    const enums = [...model.enums].map(([name, values]) => `enum ${name} { ${values.join(' ')} }`)
    const inputs = [...model.inputs].map(([name, fields]) => `input ${name} ${fields}`)
    this.#inputs = buildSchema([leafTypes, ...enums, ...inputs].join('\n'))
  }

  /** The value of a field. `required` is what a field with requirements is computed from. */
  valueOf(
    thing: Thing,
    field: ModelField,
    { args, required }: { args: Arguments; required?: unknown },
  ): unknown {
    const text = canonicalText([thing.thingId, field.name, args, required])
    const type = this.#typeNode(field.type)
    return this.#build(type, `${this.#model.seed} ${text}`, field)
  }

  /** What the fields of a requirement are for a thing, as a representation has them. */
  required(thing: Thing, fieldset: string): unknown {
    const [definition] = parse(`{ ${fieldset} }`).definitions
    if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('A fieldset is a selection')
    return this.#select(thing, definition.selectionSet)
  }

  fieldOf(typename: string, name: string): ModelField | undefined {
    const { types, queries, mutations } = this.#model
    if (typename === 'Query') return queries.find((field) => field.name === name)
    if (typename === 'Mutation') return mutations.find((field) => field.name === name)
    const type = types.get(typename)
    const added = [...types.values()].flatMap((other) =>
      other.kind === 'interface' && (other.members.includes(typename) || other.name === typename)
        ? other.objectFields
        : [],
    )
    return [...fieldsOf(type), ...added].find((field) => field.name === name)
  }

  /** The value of any field of a thing that a whole server would give. */
  wholeValue(thing: Thing, name: string, args: Arguments): unknown {
    const key = keyValue(thing, name)
    if (key !== undefined) return key
    const field = this.fieldOf(thing.__typename, name)
    if (!field) throw new Error(`No field ${thing.__typename}.${name}`)
    const required = field.requires && this.required(thing, field.requires)
    return this.valueOf(thing, field, { args, required })
  }

  #select(value: unknown, selectionSet: SelectionSetNode): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#select(item, selectionSet))
    if (value === null || value === undefined) return null
    // Selections are made on things only.
    const thing = value as Thing
    return Object.fromEntries(
      selectionSet.selections.flatMap((selection) => {
        if (selection.kind !== Kind.FIELD) return []
        const { name, selectionSet: nested } = selection
        const field = this.fieldOf(thing.__typename, name.value)
        const found = this.wholeValue(thing, name.value, this.#coerce(field, selection))
        return [[name.value, nested ? this.#select(found, nested) : found]]
      }),
    )
  }

  /** The arguments that a requirement writes, with the field's defaults for others. */
  #coerce(field: ModelField | undefined, { arguments: written = [] }: FieldNode): Arguments {
    const entries = (field?.arguments ?? []).flatMap(({ name, type, defaultText }) => {
      const node =
        written.find((argument) => argument.name.value === name)?.value ??
        (defaultText === undefined ? undefined : parseValue(defaultText))
      const value = valueFromAST(node, this.#inputType(type))
      return value === undefined ? [] : [[name, value] as const]
    })
    return Object.fromEntries(entries)
  }

  #inputType(text: string): GraphQLInputType {
    const type = typeFromAST(this.#inputs, parseType(text))
    if (!isInputType(type)) throw new Error(`${text} is no type of arguments`)
    return type
  }

  #typeNode(type: string): TypeNode {
    const node = this.#typeNodes.get(type) ?? parseType(type)
    this.#typeNodes.set(type, node)
    return node
  }

  #build(type: TypeNode, seed: string, field: ModelField): unknown {
    const { failures, nulls } = this.#model
    if (!field.solid && isChosen(`${seed} fails`, failures)) return failure(field, seed)
    if (type.kind === Kind.NON_NULL_TYPE) {
      if (!field.solid && isChosen(`${seed} lacks`, failures / 2)) return null
      return this.#present(type.type, seed, field)
    }
    return isChosen(`${seed} null`, nulls) ? null : this.#present(type, seed, field)
  }

  #present(type: TypeNode, seed: string, field: ModelField): unknown {
    if (type.kind === Kind.NON_NULL_TYPE) return this.#present(type.type, seed, field)
    if (type.kind === Kind.LIST_TYPE) {
      const length = hash(`${seed} length`) % 4
      return Array.from({ length }, (_item, index) =>
        this.#build(type.type, `${seed} ${index}`, field),
      )
    }
    return this.#named(type.name.value, seed)
  }

  #named(name: string, seed: string): unknown {
    const { types, enums } = this.#model
    const number = hash(seed)
    if (name === 'Query') return rootThing('Query')
    const values = enums.get(name)
    if (values) return values[number % values.length]
    const type = types.get(name)
    if (!type) return leaf(name, number)
    if (type.kind === 'union' || type.kind === 'interface') {
      const member = type.members[number % type.members.length] ?? ''
      return this.#named(member, `${seed} member`)
    }
    const thingId = type.kind === 'entity' ? `${name}:${number % idsPerType}` : `${name}#${number}`
    return { __typename: name, thingId }
  }
}

export function rootThing(__typename: string): Thing {
  return { __typename, thingId: __typename }
}

function fieldsOf(type: ModelType | undefined): readonly ModelField[] {
  return type === undefined || type.kind === 'union' ? [] : type.fields
}

function isChosen(seed: string, probability: number): boolean {
  return probability > 0 && hash(seed) / 0x1_0000_0000 < probability
}

function failure({ name }: ModelField, seed: string): Error {
  return new GraphQLError(`${name} fails (${hash(seed)})`, { extensions: { code: 'NOT_FOUND' } })
}

const texts = ['', 'a', 'quote " \\ \u2028 \ud83d\ude00', '__proto__', '</script>']

function leaf(name: string, number: number): unknown {
  switch (name) {
    case 'Int':
      return (number % 7) - 3
    case 'Float':
      return (number % 9) / 4
    case 'Boolean':
      return number % 2 === 0
    case 'ID':
      return `id-${number % 5}`
    case 'String':
      return texts[number % texts.length]
    default:
      return [{ b: [number % 3, null], a: { toString: 'x' } }, 'json', 0, [], true][number % 5]
  }
}

/** Keys follow from the id, and the other way round. */
export function keyValue({ __typename, thingId }: Thing, name: string): unknown {
  const [type = '', number = ''] = thingId.split(':')
  if (__typename === 'KeyPart') return name === 'a' ? Number(number) : type.slice('part '.length)
  if (name === 'id') return thingId
  if (name === 'code') return `code ${thingId}`
  return name === 'part' ? { __typename: 'KeyPart', thingId: `part ${thingId}` } : undefined
}

/** The id that a representation means by one of its keys. */
export function identify({ id, code, part }: Readonly<Record<string, unknown>>): string {
  if (typeof id === 'string') return id
  if (typeof code === 'string') return code.slice('code '.length)
  if (typeof part === 'object' && part !== null) {
    return `${Reflect.get(part, 'b')}:${Reflect.get(part, 'a')}`
  }
  throw new Error('A representation has a key')
}

/** JSON with sorted names. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_name, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)))
      : item,
  )
}
