import type { ModelArgument, ModelField } from './model.ts'
import type { Random } from './random.ts'

/** The names that one type's fields may still have. */
export interface Names {
  /** A name that is not taken here or there. */
  take(others?: readonly Names[]): string
  reserve(name: string): void
  has(name: string): boolean
}

/** Names that programs trip over: what objects inherit, what is awaited or serialised, what planners invent. */
const odd = [
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  'then',
  'toJSON',
  'length',
  'name',
  'key',
  'data',
  'errors',
  'representations',
  'f0__alias_0',
  'f1__alias_0',
]
const plain = Array.from({ length: 20 }, (_, number) => `f${number}`)

export function namesFor(random: Random): Names {
  const taken = new Set<string>(['id', 'code', 'part'])
  return {
    take(others = []) {
      const free = (name: string): boolean =>
        !taken.has(name) && others.every((other) => !other.has(name))
      const name = random.chance(0.3) ? random.pick(odd) : plain.find(free)
      let chosen = name
      for (let number = 0; chosen === undefined || !free(chosen); number += 1) chosen = `g${number}`
      taken.add(chosen)
      return chosen
    },
    reserve: (name) => taken.add(name),
    has: (name) => taken.has(name),
  }
}

interface FieldChoice {
  readonly names: Names
  /** The composite type that the field leads to; a leaf by default. */
  readonly named: string | undefined
  readonly owners: readonly number[]
}

interface FieldSource {
  readonly random: Random
  readonly enums: ReadonlyMap<string, readonly string[]>
}

const leaves = ['Int', 'Float', 'String', 'Boolean', 'ID', 'Mood', 'Size', 'Json']

export function aField({ random }: FieldSource, { names, named, owners }: FieldChoice): ModelField {
  return {
    name: names.take(),
    type: wrapped(random, named ?? random.pick(leaves)),
    arguments: random.chance(0.25) ? someArguments(random) : [],
    owners,
    inaccessible: named === undefined && owners.length > 0 && random.chance(0.05),
    solid: false,
    shareable: owners.length > 1,
  }
}

const wrappings = ['T', 'T', 'T!', 'T!', '[T]', '[T!]', '[T!]!', '[T]!', '[[T]]', '[[T!]!]!']

function wrapped(random: Random, name: string): string {
  return random.pick(wrappings).replace('T', name)
}

/** Types of arguments with defaults that fit them. */
const argumentTypes: readonly (readonly [type: string, defaultText: string])[] = [
  ['Int', '3'],
  ['Int!', '4'],
  ['String', '"a \\" quote"'],
  ['Boolean', 'false'],
  ['ID', '"x"'],
  ['Mood', 'GOOD'],
  ['[Int!]', '[1, 2]'],
  ['[Size]!', '[S, null]'],
  ['Point', '{x: 2, y: [0.5]}'],
  ['[Point!]', '[{x: 1}]'],
  ['Filter', '{text: "c"}'],
  ['Json', '"json"'],
]

/** A value of an argument's type, as GraphQL text. */
export function someText(type: string): string {
  return argumentTypes.find(([name]) => name === type)?.[1] ?? 'null'
}

function someArguments(random: Random): ModelArgument[] {
  const names = random.some(
    ['first', 'constructor', 'toString', 'if', 'a', 'representations'],
    1 + random.below(2),
  )
  return names.map((name) => {
    const [type, defaultText] = random.pick(argumentTypes)
    return { name, type, defaultText: random.chance(0.4) ? defaultText : undefined }
  })
}
