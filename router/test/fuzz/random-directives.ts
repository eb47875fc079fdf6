import { type Draft, possibleOwners, subgraphsFor, typesOf } from './draft.ts'
import { type EntityType, externalsKey, type ModelField, namedType } from './model.ts'
import { aField, someText } from './random-field.ts'

function isShared(draft: Draft, field: ModelField): boolean {
  return typesOf(draft, 'interface').some(({ fields }) => fields.includes(field))
}

/** Lets subgraphs take fields over from others. */
export function addOverrides(draft: Draft): void {
  const { random } = draft
  for (const entity of typesOf(draft, 'entity')) {
    for (const field of entity.fields) {
      if (field.owners.length !== 1 || isShared(draft, field) || !random.chance(0.15)) continue
      const others = subgraphsFor(draft, entity).filter(
        (index) =>
          !field.owners.includes(index) && possibleOwners(draft, field.type).includes(index),
      )
      if (others.length > 0) field.overriddenIn = random.pick(others)
    }
  }
}

/** Adds fields that are computed from what other subgraphs know. */
export function addRequirements(draft: Draft): void {
  const { random } = draft
  for (const entity of typesOf(draft, 'entity')) {
    for (let number = random.below(3); number > 0; number -= 1) {
      const subgraph = random.pick(subgraphsFor(draft, entity))
      const texts = random
        .some(requirable(draft, entity, subgraph), 1 + random.below(2))
        .map((field) => requirement(draft, { subgraph, entity, field }))
        .filter((text) => text !== undefined)
      if (texts.length === 0) continue
      const field = aField(draft, {
        names: draft.names(entity.name),
        named: undefined,
        owners: [subgraph],
      })
      entity.fields.push({ ...field, inaccessible: false, requires: texts.join(' ') })
    }
  }
}

/** What a subgraph may require: also what others compute from what it knows itself. */
function requirable(draft: Draft, entity: EntityType, subgraph: number): ModelField[] {
  return entity.fields.filter(
    ({ owners, overriddenIn, type }) =>
      !owners.includes(subgraph) &&
      overriddenIn !== subgraph &&
      possibleOwners(draft, type).includes(subgraph),
  )
}

interface Requirement {
  readonly subgraph: number
  readonly entity: EntityType
  readonly field: ModelField
}

/** The text that selects a field for a fieldset, in as much depth as the field needs. */
function requirement(draft: Draft, { subgraph, entity, field }: Requirement): string | undefined {
  const named = draft.types.get(namedType(field.type))
  const text = `${field.name}${requiredArguments(draft, field)}`
  let nested = ''
  if (named?.kind === 'value') {
    const leaves = draft.random.some(leavesOf(draft, named.fields), 1 + draft.random.below(2))
    if (leaves.length === 0) return undefined
    for (const leaf of leaves) leaf.solid = true
    nested = ` { ${leaves.map((leaf) => leaf.name + requiredArguments(draft, leaf)).join(' ')} }`
  } else if (named?.kind === 'entity') {
    const leaves = leavesOf(draft, named.fields).filter((leaf) => leaf.overriddenIn !== subgraph)
    const [leaf] = draft.random.some(leaves, 1)
    if (!leaf) return undefined
    leaf.solid = true
    if (!leaf.owners.includes(subgraph))
      addExternal(draft, { subgraph, entity: named, field: leaf })
    nested = ` { ${leaf.name}${requiredArguments(draft, leaf)} }`
  } else if (named) {
    return undefined
  }
  field.solid = true
  addExternal(draft, { subgraph, entity, field })
  return text + nested
}

function leavesOf({ types }: Draft, fields: readonly ModelField[]): ModelField[] {
  return fields.filter(({ type }) => !types.has(namedType(type)) && namedType(type) !== 'Query')
}

/**
 * The arguments that must be there, and some that may; the same wherever the field is required, because requirements of
 * one field with different arguments are known not to be answered everywhere (in mutations, and within one another).
 */
function requiredArguments({ random, requiredTexts }: Draft, field: ModelField): string {
  const known = requiredTexts.get(field)
  if (known !== undefined) return known
  const texts = field.arguments
    .filter(({ type, defaultText }) => (type.endsWith('!') && !defaultText) || random.chance(0.5))
    .map(({ name, type }) => `${name}: ${someText(type)}`)
  const text = texts.length > 0 ? `(${texts.join(', ')})` : ''
  requiredTexts.set(field, text)
  return text
}

function addExternal({ externals }: Draft, { subgraph, entity, field }: Requirement): void {
  const key = externalsKey(subgraph, entity.name)
  externals.set(key, new Set([...(externals.get(key) ?? []), field.name]))
}

/** Lets subgraphs answer fields of others where they lead to an entity. */
export function addProvisions(draft: Draft): void {
  const { random, queries } = draft
  // Fields of an interface are the same for all members.
  const fields = new Set([
    ...queries,
    ...typesOf(draft, 'entity').flatMap((entity) => entity.fields),
  ])
  for (const field of fields) {
    const entity = draft.types.get(namedType(field.type))
    const [subgraph] = field.owners
    if (entity?.kind !== 'entity' || subgraph === undefined || field.owners.length !== 1) continue
    if (field.overriddenIn !== undefined || field.requires || !random.chance(0.3)) continue
    const known = leavesOf(draft, entity.fields).filter(
      ({ owners, overriddenIn, requires, arguments: { length } }) =>
        !owners.includes(subgraph) && overriddenIn === undefined && !requires && length === 0,
    )
    const [provided] = random.some(known, 1)
    if (!provided) continue
    field.provides = provided.name
    provided.shareable = true
    addExternal(draft, { subgraph, entity, field: provided })
  }
}
