import { type Draft, possibleOwners, subgraphsFor, typesOf } from './draft.ts'
import {
  type EntityType,
  type InterfaceType,
  keyNames,
  type Model,
  type ModelField,
  type ModelType,
  type ValueType,
} from './model.ts'
import { createRandom } from './random.ts'
import { addOverrides, addProvisions, addRequirements } from './random-directives.ts'
import { aField, type Names, namesFor } from './random-field.ts'
import { addPresence } from './random-presence.ts'

const subgraphNames = ['alpha', 'beta', 'constructor', 'toString', 'delta-two', 'Query']

/** A random graph that composes, split over two to four subgraphs. */
export function randomModel(seed: number): Model {
  const random = createRandom(seed)
  const names = new Map<string, Names>()
  const draft: Draft = {
    random,
    subgraphs: random.some(subgraphNames, 2 + random.below(3)),
    types: new Map(),
    queries: [],
    mutations: [],
    enums: new Map([
      ['Mood', ['GOOD', 'BAD', 'constructor']],
      ['Size', ['S', 'M', 'toString']],
    ]),
    inputs: new Map([
      ['Point', '{ x: Int! = 1 y: [Float!] mood: Mood next: Point }'],
      ['Filter', '{ text: String size: Size! = M points: [Point!] }'],
    ]),
    externals: new Map(),
    requiredTexts: new Map(),
    names: (type) => {
      const known = names.get(type) ?? namesFor(random)
      names.set(type, known)
      return known
    },
  }
  declareTypes(draft)
  addValueFields(draft)
  addEntityFields(draft)
  addInterfaceFields(draft)
  addRootFields(draft)
  addSplit(draft)
  addOverrides(draft)
  addRequirements(draft)
  addProvisions(draft)
  addPresence(draft)
  const isObject = typesOf(draft, 'interface').some(({ objectIn }) => objectIn !== undefined)
  return {
    ...draft,
    seed,
    // Who fails to tell the type behind an interface object takes everything that depends on it.
    failures: isObject ? 0 : random.pick([0, 0, 0.01, 0.05]),
    nulls: random.pick([0, 0.05, 0.15]),
  }
}

function declareTypes({ random, subgraphs, types }: Draft): void {
  const names = random.some(['Ant', 'Bee', 'Cat', 'Dog', 'Object', 'Eel'], 2 + random.below(3))
  const members = random.chance(0.7) ? random.some(names, 2 + random.below(2)) : []
  const objectIn =
    members.length > 0 && random.chance(0.5) ? random.below(subgraphs.length) : undefined
  const others = subgraphs.map((_name, index) => index).filter((index) => index !== objectIn)
  const interfaceHome = random.pick(others)
  for (const name of names) {
    const member = members.includes(name)
    const keys = random.some(keyNames, 1 + random.below(2))
    types.set(name, {
      kind: 'entity',
      name,
      keys: member && !keys.includes('id') ? ['id', ...keys] : keys,
      home: member ? interfaceHome : random.below(subgraphs.length),
      fields: [],
      outside: member ? objectIn : undefined,
      presence: new Map(),
    })
  }
  const values = random.some(['Vase', 'Void', 'Vote'], 1 + random.below(3))
  for (const name of values) types.set(name, { kind: 'value', name, fields: [] })
  const anInterface = {
    kind: 'interface',
    fields: [],
    objectFields: [],
    home: interfaceHome,
  } as const
  if (members.length > 0) {
    types.set('Animal', {
      ...anInterface,
      name: 'Animal',
      members,
      ofEntities: true,
      objectIn,
      fields: [],
      objectFields: [],
    })
  }
  if (values.length > 1 && random.chance(0.5)) {
    const some = random.some(values, 2)
    types.set('Valued', {
      ...anInterface,
      name: 'Valued',
      members: some,
      ofEntities: false,
      objectIn: undefined,
      fields: [],
      objectFields: [],
    })
  }
  if (random.chance(0.6)) {
    types.set('Either', {
      kind: 'union',
      name: 'Either',
      members: random.some([...names, ...values], 2 + random.below(2)),
    })
  }
}

function addValueFields(draft: Draft): void {
  const { random } = draft
  const values = typesOf(draft, 'value')
  for (const [index, type] of values.entries()) {
    const composites = [
      ...typesOf(draft, 'entity').map(({ name }) => name),
      ...values.slice(index + 1).map(({ name }) => name),
    ]
    const count = 2 + random.below(2)
    for (let number = 0; number < count; number += 1) {
      const named = number > 0 && random.chance(0.3) ? random.pick(composites) : undefined
      const field = aField(draft, { names: draft.names(type.name), named, owners: [] })
      const everywhere = possibleOwners(draft, field.type).length === draft.subgraphs.length
      if (named === undefined || everywhere) type.fields.push(field)
    }
  }
}

/** A field of any type, answered by one or two of the subgraphs. */
function anyField(
  draft: Draft,
  names: Names,
  subgraphs: readonly number[],
): ModelField | undefined {
  const { random } = draft
  const composites = [...draft.types.keys()]
  const named = random.chance(0.45) ? random.pick(composites) : undefined
  const owners = possibleOwners(draft, named ?? 'Int').filter((one) => subgraphs.includes(one))
  if (owners.length === 0) return undefined
  return aField(draft, { names, named, owners: random.some(owners, random.chance(0.25) ? 2 : 1) })
}

function addEntityFields(draft: Draft): void {
  for (const entity of typesOf(draft, 'entity')) {
    const count = 3 + draft.random.below(4)
    const subgraphs = subgraphsFor(draft, entity)
    for (let number = 0; number < count; number += 1) {
      const field = anyField(draft, draft.names(entity.name), subgraphs)
      if (field) entity.fields.push(field)
    }
  }
}

function addInterfaceFields(draft: Draft): void {
  for (const type of typesOf(draft, 'interface')) {
    const names = namesBesides(draft, type)
    const members = type.members.map((name) => draft.types.get(name)).filter(hasFields)
    for (let number = 1 + draft.random.below(2); number > 0; number -= 1) {
      const field = commonField(draft, type, names)
      if (field) for (const { fields } of [type, ...members]) fields.push(field)
    }
    if (type.objectIn === undefined) continue
    const objectFields = [1, 2].map(() => anyField(draft, names, [type.objectIn ?? 0]))
    type.objectFields.push(...objectFields.filter((field) => field !== undefined))
  }
}

function commonField(draft: Draft, type: InterfaceType, names: Names): ModelField | undefined {
  if (!type.ofEntities) return aField(draft, { names, named: undefined, owners: [] })
  const subgraphs = [...draft.subgraphs.keys()].filter((index) => index !== type.objectIn)
  return anyField(draft, names, subgraphs)
}

function hasFields(type: ModelType | undefined): type is EntityType | ValueType {
  return type?.kind === 'entity' || type?.kind === 'value'
}

/** Names that no member of an interface uses. */
function namesBesides(draft: Draft, { members }: InterfaceType): Names {
  return {
    take() {
      const [first, ...others] = members.map((member) => draft.names(member))
      const name = first?.take(others) ?? ''
      for (const other of others) other.reserve(name)
      return name
    },
    reserve: () => undefined,
    has: () => false,
  }
}

function addRootFields(draft: Draft): void {
  const { random, subgraphs, queries, mutations } = draft
  for (const index of subgraphs.keys()) {
    for (let number = 0; number < 3; number += 1) {
      const field = anyField(draft, draft.names('Query'), [index])
      if (field) queries.push(field)
    }
  }
  for (let number = 0; number < 2; number += 1) {
    const field = anyField(draft, draft.names('Query'), [...subgraphs.keys()])
    if (field) queries.push(field)
  }
  for (const type of [
    ...typesOf(draft, 'interface'),
    ...typesOf(draft, 'union'),
    ...typesOf(draft, 'entity'),
  ]) {
    const owners = random.some(possibleOwners(draft, type.name), 1)
    if (owners.length > 0) {
      queries.push(aField(draft, { names: draft.names('Query'), named: type.name, owners }))
    }
  }
  if (random.chance(0.3)) {
    const owners = [random.below(subgraphs.length)]
    queries.push({
      ...aField(draft, { names: draft.names('Query'), named: undefined, owners }),
      type: 'Query!',
    })
  }
  for (let number = random.below(4); number > 0; number -= 1) {
    const field = anyField(draft, draft.names('Mutation'), [random.below(subgraphs.length)])
    if (field) mutations.push({ ...field, inaccessible: false })
  }
}

function addSplit(draft: Draft): void {
  const { random, subgraphs, types, queries } = draft
  if (random.chance(0.5)) return
  const owners = random.some([...subgraphs.keys()], 2)
  const fields = ['Outer', 'Inner'].map((name) => {
    const names = draft.names(name)
    const own = [owners, ...owners.map((owner) => [owner])].map((answering) =>
      aField(draft, { names, named: undefined, owners: answering }),
    )
    types.set(name, { kind: 'split', name, fields: own })
    return own
  })
  fields[0]?.push(aField(draft, { names: draft.names('Outer'), named: 'Inner', owners }))
  queries.push(aField(draft, { names: draft.names('Query'), named: 'Outer', owners }))
}
