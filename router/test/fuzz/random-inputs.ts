import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql'
import type { Random } from './random.ts'

interface Variable {
  readonly name: string
  readonly type: string
  readonly defaultText: string | undefined
  /** Undefined for a variable that is not sent. */
  readonly value: unknown
}

const names = [
  'a',
  'b',
  'constructor',
  '__proto__',
  'toString',
  'representations',
  'representations0',
]

/** Values for arguments: literals, variables, and literals with variables in them. */
export class RandomInputs {
  readonly #random: Random
  readonly #variables: Variable[] = []

  constructor(random: Random) {
    this.#random = random
  }

  declarations(): string {
    const texts = this.#variables.map(({ name, type, defaultText }) =>
      defaultText === undefined ? `$${name}: ${type}` : `$${name}: ${type} = ${defaultText}`,
    )
    return texts.length > 0 ? ` (${texts.join(', ')})` : ''
  }

  variables(): Record<string, unknown> {
    const sent = this.#variables.filter(({ value }) => value !== undefined)
    const values = Object.fromEntries(sent.map(({ name, value }) => [name, value]))
    return JSON.parse(JSON.stringify(values))
  }

  /** For `@skip` and `@include`. */
  condition(): string {
    if (this.#random.chance(0.3)) return this.#random.pick(['true', 'false'])
    const known = this.#variables.filter(
      ({ type, defaultText, value }) =>
        type === 'Boolean!' || (type === 'Boolean' && defaultText !== undefined && value !== null),
    )
    if (known.length > 1 || (known.length > 0 && this.#random.chance(0.5))) {
      return `$${this.#random.pick(known).name}`
    }
    const value = this.#random.chance(0.5)
    if (this.#random.chance(0.5))
      return this.#add({ type: 'Boolean!', defaultText: undefined, value })
    const sent = this.#random.chance(0.5) ? value : undefined
    return this.#add({ type: 'Boolean', defaultText: String(!value), value: sent })
  }

  /** Something of the type, as GraphQL text. */
  text(type: GraphQLInputType, depth = 2): string {
    if (this.#random.chance(0.35)) return this.#variable(type)
    if (isNonNullType(type)) return this.#presentText(type.ofType, depth)
    return this.#random.chance(0.15) ? 'null' : this.#presentText(type, depth)
  }

  #presentText(type: GraphQLInputType, depth: number): string {
    const random = this.#random
    if (isNonNullType(type)) return this.#presentText(type.ofType, depth)
    if (isListType(type)) {
      if (random.chance(0.15)) return this.#presentText(type.ofType, depth)
      const items = Array.from({ length: random.below(3) }, () => this.text(type.ofType, depth))
      return `[${items.join(', ')}]`
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields())
        .filter((field) => isRequiredInputField(field) || (depth > 0 && random.chance(0.6)))
        .map((field) => `${field.name}: ${this.text(field.type, depth - 1)}`)
      return `{${fields.join(', ')}}`
    }
    return isEnumType(type) ? random.pick(type.getValues()).name : literal(this.#leaf(type.name))
  }

  #variable(type: GraphQLInputType): string {
    const text = String(type)
    const known = this.#variables.filter((variable) => variable.type === text)
    if (known.length > 0 && this.#random.chance(0.4)) return `$${this.#random.pick(known).name}`
    const value = this.#value(type, 2)
    // A default makes a variable optional also where null may not stand.
    if (isNonNullType(type)) return this.#add({ type: text, defaultText: undefined, value })
    const defaultText = this.#random.chance(0.3) ? constantText(value) : undefined
    return this.#add({
      type: text,
      defaultText,
      value: this.#random.chance(0.3) ? undefined : value,
    })
  }

  #value(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return this.#presentValue(type.ofType, depth)
    return this.#random.chance(0.2) ? null : this.#presentValue(type, depth)
  }

  #presentValue(type: GraphQLInputType, depth: number): unknown {
    const random = this.#random
    if (isNonNullType(type)) return this.#presentValue(type.ofType, depth)
    if (isListType(type)) {
      return Array.from({ length: random.below(3) }, () => this.#value(type.ofType, depth))
    }
    if (isInputObjectType(type)) {
      const entries = Object.values(type.getFields())
        .filter((field) => isRequiredInputField(field) || (depth > 0 && random.chance(0.6)))
        .map((field) => [field.name, this.#value(field.type, depth - 1)] as const)
      return Object.fromEntries(entries)
    }
    return isEnumType(type)
      ? new EnumName(random.pick(type.getValues()).name)
      : this.#leaf(type.name)
  }

  #leaf(name: string): unknown {
    const random = this.#random
    switch (name) {
      case 'Int':
        return random.below(4) - 1
      case 'Float':
        return random.below(8) / 4
      case 'Boolean':
        return random.chance(0.5)
      case 'String':
        return random.pick(['', 'a', 'quote " \\ \u2028', '__proto__'])
      case 'ID':
        return `${random.below(4)}`
      default:
        return random.pick([1, 'json', true, [1, 'b'], { a: { b: 'c' } }])
    }
  }

  #add({ type, defaultText, value }: Omit<Variable, 'name'>): string {
    const free = names.filter((name) => this.#variables.every((variable) => variable.name !== name))
    const odd = free.length > 0 && this.#random.chance(0.4)
    const name = odd ? this.#random.pick(free) : `v${this.#variables.length}`
    this.#variables.push({ name, type, defaultText, value })
    return `$${name}`
  }
}

/** An enum value, which JSON writes as a string and GraphQL without quotes. */
class EnumName {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  toJSON(): string {
    return this.name
  }
}

function literal(value: unknown): string {
  return constantText(value)
}

function constantText(value: unknown): string {
  if (value instanceof EnumName) return value.name
  if (Array.isArray(value)) return `[${value.map(constantText).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, item]) => `${name}: ${constantText(item)}`)
    return `{${fields.join(', ')}}`
  }
  return JSON.stringify(value)
}
