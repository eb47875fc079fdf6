import {
  externalsKey,
  type KeyName,
  type Model,
  type ModelField,
  type ModelType,
  namedType,
  reachedTypes,
} from './model.ts'

/** A field as one subgraph has it. */
export interface DeclaredField {
  readonly field: ModelField
  readonly role: 'owned' | 'external' | 'overridden'
}

/** A type as one subgraph has it. */
export interface DeclaredType {
  readonly name: string
  readonly kind: 'type' | 'interface' | 'interfaceObject' | 'union'
  readonly keys: readonly KeyName[]
  readonly resolvable: boolean
  readonly interfaces: readonly string[]
  readonly members: readonly string[]
  readonly shareable: boolean
  readonly fields: readonly DeclaredField[]
}

/** Every type that a subgraph has, the root types included. */
export function declaredTypes(model: Model, subgraph: number): DeclaredType[] {
  const roots = [
    ['Query', model.queries],
    ['Mutation', model.mutations],
  ] as const
  const rootTypes = roots
    .map(([name, fields]) => ({
      ...emptyType,
      name,
      fields: declaredFields(fields, { model, subgraph, name }),
    }))
    .filter(({ fields }) => fields.length > 0)
  const entities = [...model.types.values()].flatMap((type) => {
    if (type.kind !== 'entity') return []
    const presence = type.presence.get(subgraph)
    const fields = declaredFields(type.fields, { model, subgraph, name: type.name })
    return presence ? [{ ...emptyType, ...presence, name: type.name, fields }] : []
  })
  const objects = [...model.types.values()].flatMap((type) => {
    if (type.kind !== 'interface' || type.objectIn !== subgraph) return []
    const fields = declaredFields(type.objectFields, { model, subgraph, name: type.name })
    const kind = 'interfaceObject' as const
    return [{ ...emptyType, kind, name: type.name, keys: ['id'] as const, fields }]
  })
  const known = [...rootTypes, ...entities, ...objects]
  const others = otherTypes(model, subgraph, known)
  const interfaces = others.filter(({ kind }) => kind === 'interface')
  return [...known, ...others].map((type) => ({
    ...type,
    interfaces: interfaces
      .filter(({ members }) => members.includes(type.name))
      .map(({ name }) => name),
  }))
}

const emptyType: Omit<DeclaredType, 'name'> = {
  kind: 'type',
  keys: [],
  resolvable: true,
  interfaces: [],
  members: [],
  shareable: false,
  fields: [],
}

interface Place {
  readonly model: Model
  readonly subgraph: number
  readonly name: string
}

function declaredFields(
  fields: readonly ModelField[],
  { model, subgraph, name }: Place,
): DeclaredField[] {
  const external = model.externals.get(externalsKey(subgraph, name))
  return fields.flatMap((field): DeclaredField[] => {
    if (field.owners.includes(subgraph)) return [{ field, role: 'owned' }]
    if (field.overriddenIn === subgraph) return [{ field, role: 'overridden' }]
    return external?.has(field.name) ? [{ field, role: 'external' }] : []
  })
}

/** The types that have no owner: a subgraph has them when something leads to them. */
function otherTypes(
  model: Model,
  subgraph: number,
  known: readonly DeclaredType[],
): DeclaredType[] {
  const needed = new Set<string>()
  for (const { fields } of known) {
    for (const { field } of fields) {
      for (const name of reachedTypes(namedType(field.type), model.types, subgraph))
        needed.add(name)
    }
  }
  return [...model.types.values()].flatMap((type) => {
    const here =
      needed.has(type.name) ||
      (type.kind === 'interface' &&
        type.ofEntities &&
        (type.home === subgraph || type.fields.some(({ owners }) => owners.includes(subgraph))))
    return here ? otherType(type, { model, subgraph, name: type.name }) : []
  })
}

function otherType(type: ModelType, place: Place): DeclaredType[] {
  const { name } = type
  const whole = (fields: readonly ModelField[]): DeclaredField[] =>
    fields.map((field) => ({ field, role: 'owned' }))
  switch (type.kind) {
    case 'value':
      return [{ ...emptyType, name, shareable: true, fields: whole(type.fields) }]
    case 'split':
      return [{ ...emptyType, name, fields: declaredFields(type.fields, place) }]
    case 'union':
      return [{ ...emptyType, kind: 'union', name, members: type.members }]
    case 'interface': {
      if (type.objectIn === place.subgraph) return []
      const fields = type.ofEntities ? declaredFields(type.fields, place) : whole(type.fields)
      const keys = type.ofEntities && type.home === place.subgraph ? (['id'] as const) : []
      return [{ ...emptyType, kind: 'interface', name, keys, members: type.members, fields }]
    }
    case 'entity':
      return []
  }
}

const directives =
  '["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject"]'

const keyFields = { id: 'id: ID!', code: 'code: String!', part: 'part: KeyPart!' }
const keyTexts = { id: 'id', code: 'code', part: 'part { a b }' }

/** The SDL of one subgraph of a model. */
export function subgraphSdl(model: Model, subgraph: number): string {
  const types = declaredTypes(model, subgraph)
  const parts = [
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${directives})`,
    ...types.map((type) => typeText(model, type)),
    ...[...model.enums].map(([name, values]) => `enum ${name} { ${values.join(' ')} }`),
    ...[...model.inputs].map(([name, fields]) => `input ${name} ${fields}`),
    'scalar Json',
  ]
  if (types.some(({ keys }) => keys.includes('part'))) {
    parts.push('type KeyPart @shareable { a: Int! b: String! }')
  }
  return parts.join('\n')
}

function typeText(model: Model, type: DeclaredType): string {
  const { name, kind, keys, resolvable, interfaces, members, shareable, fields } = type
  if (kind === 'union') return `union ${name} = ${members.join(' | ')}`
  const keyTail = resolvable ? '' : ', resolvable: false'
  const heading = [
    kind === 'interface' ? 'interface' : 'type',
    name,
    interfaces.length > 0 ? `implements ${interfaces.join(' & ')}` : '',
    ...keys.map((key) => `@key(fields: "${keyTexts[key]}"${keyTail})`),
    kind === 'interfaceObject' ? '@interfaceObject' : '',
    shareable ? '@shareable' : '',
  ]
  // An interface of entities has their ids, also where it has no key.
  const ids =
    kind === 'interface' && model.types.get(name)?.kind === 'interface' && isOfEntities(model, name)
  const keyLines = ids ? [keyFields.id] : keys.map((key) => keyFields[key])
  const lines = fields.map((declared) => fieldText(model, declared, kind === 'interface'))
  return `${heading.filter((part) => part !== '').join(' ')} {\n  ${[...keyLines, ...lines].join('\n  ')}\n}`
}

function isOfEntities(model: Model, name: string): boolean {
  const type = model.types.get(name)
  return type?.kind === 'interface' && type.ofEntities
}

function fieldText(model: Model, { field, role }: DeclaredField, inInterface: boolean): string {
  const { overriddenIn, requires, provides } = field
  const from = overriddenIn === undefined ? undefined : model.subgraphs[overriddenIn]
  const own = [
    field.shareable ? '@shareable' : '',
    requires ? `@requires(fields: ${JSON.stringify(requires)})` : '',
    provides ? `@provides(fields: "${provides}")` : '',
    from ? `@override(from: "${from}")` : '',
  ]
  const parts = [
    `${field.name}${argumentsText(field)}: ${field.type}`,
    field.inaccessible && role !== 'external' ? '@inaccessible' : '',
    role === 'external' ? '@external' : '',
    ...(role === 'owned' && !inInterface ? own : []),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

export function argumentsText({ arguments: all }: ModelField): string {
  const texts = all.map(({ name, type, defaultText }) =>
    defaultText === undefined ? `${name}: ${type}` : `${name}: ${type} = ${defaultText}`,
  )
  return texts.length > 0 ? `(${texts.join(', ')})` : ''
}
