import { entityTag } from '@gravity/shared/cache/invalidation'
import {
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql'
import { z } from 'zod'
import { isResponseObject, type ResponseObject } from '../execution/response-tree.ts'

/** What of an answer gets which tags. */
export interface TagRules {
  /** The tags of an object, as far as its keys are known: `<Type>:<key>`, and those of `@cacheTag`. */
  entityTags(typename: string, object: ResponseObject): string[]
  /** The tags that `@cacheTag` gives to a field of the query type. */
  rootTags(field: string, values: Readonly<Record<string, unknown>>): string[]
  /** The name of the type that a field returns, without lists and non-nulls. */
  returnedType(typename: string, field: string): string | undefined
}

interface TypeRules {
  readonly returned: ReadonlyMap<string, string>
  readonly keys: readonly SelectionSetNode[]
  /** The formats of `@cacheTag` on the type. */
  readonly formats: readonly string[]
  readonly formatsByField: ReadonlyMap<string, readonly string[]>
  readonly interfaces: readonly string[]
}

/**
 * Reads keys and `@cacheTag` (https://specs.apollo.dev/cacheTag/v0.1) from a supergraph. An object also carries the tags
 * of the interfaces that are entities and that it implements.
 */
export function readTagRules(supergraphSdl: string): TagRules {
  const rules = new Map<string, TypeRules>()
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    const hasFields =
      definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION
    if (hasFields) rules.set(definition.name.value, readType(definition))
  }
  const tagsAs = (name: string, object: ResponseObject): string[] => {
    const type = rules.get(name)
    if (!type || type.keys.length === 0) return []
    const keys = type.keys.map((key) => readKey(key, object)).filter((key) => key !== undefined)
    const formatted = type.formats.map((format) => interpolate(format, '$key', object))
    return [
      ...keys.map((key) => entityTag(name, isSingle(key) ? Object.values(key)[0] : key)),
      ...formatted.filter((tag) => tag !== undefined),
    ]
  }
  return {
    entityTags: (typename, object) =>
      [typename, ...(rules.get(typename)?.interfaces ?? [])].flatMap((name) =>
        tagsAs(name, object),
      ),
    rootTags: (field, values) =>
      (rules.get('Query')?.formatsByField.get(field) ?? [])
        .map((format) => interpolate(format, '$args', values))
        .filter((tag) => tag !== undefined),
    returnedType: (typename, field) => rules.get(typename)?.returned.get(field),
  }
}

function readType(type: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode): TypeRules {
  const { directives = [], fields = [], interfaces = [] } = type
  return {
    returned: new Map(fields.map((field) => [field.name.value, namedType(field.type)])),
    keys: [...new Set(directives.flatMap(keyOf))].flatMap(parseKey),
    formats: formatsOf(directives),
    formatsByField: new Map(fields.map(formatsOfField)),
    interfaces: interfaces.map(({ name }) => name.value),
  }
}

function formatsOfField({ name, directives = [] }: FieldDefinitionNode) {
  return [name.value, formatsOf(directives)] as const
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
}

const joinTypeShape = z.object({ key: z.string() })
const cacheTagShape = z.object({
  name: z.string().regex(/(^|__)cacheTag$/),
  args: z.object({ format: z.string() }),
})

function keyOf(directive: ConstDirectiveNode): string[] {
  if (directive.name.value !== 'join__type') return []
  const { data } = joinTypeShape.safeParse(argumentsOf(directive))
  return data ? [data.key] : []
}

function formatsOf(directives: readonly ConstDirectiveNode[]): string[] {
  return directives
    .filter(({ name }) => name.value === 'join__directive')
    .flatMap((directive) => cacheTagShape.safeParse(argumentsOf(directive)).data?.args.format ?? [])
}

function argumentsOf({ arguments: given = [] }: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  )
}

function parseKey(text: string): SelectionSetNode[] {
  const [definition] = parse(`{${text}}`, { noLocation: true }).definitions
  return definition?.kind === Kind.OPERATION_DEFINITION ? [definition.selectionSet] : []
}

/** The fields of a key; undefined when the object does not have all of them. */
function readKey(
  { selections }: SelectionSetNode,
  object: ResponseObject,
): ResponseObject | undefined {
  const key: ResponseObject = {}
  for (const selection of selections) {
    // Keys of interfaces in fragments are rare; such an entity has no tag of its own.
    if (selection.kind !== Kind.FIELD) return undefined
    const name = selection.name.value
    const value = object[name]
    const nested = selection.selectionSet
    const read = nested && isResponseObject(value) ? readKey(nested, value) : value
    if (read === undefined || read === null) return undefined
    key[name] = read
  }
  return key
}

function isSingle(key: ResponseObject): boolean {
  const values = Object.values(key)
  return values.length === 1 && typeof values[0] !== 'object'
}

/** `user-{$key.id}` with the values; undefined when one is missing. */
function interpolate(
  format: string,
  root: '$key' | '$args',
  values: Readonly<Record<string, unknown>>,
): string | undefined {
  let isComplete = true
  const text = format.replaceAll(/\{\s*(\$\w+)\.([\w.]+)\s*\}/g, (_match, base, path: string) => {
    const value = base === root ? valueAt(values, path.split('.')) : undefined
    if (value === undefined || value === null || typeof value === 'object') isComplete = false
    return String(value)
  })
  return isComplete ? text : undefined
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce(
    (held, name) => (isResponseObject(held) && Object.hasOwn(held, name) ? held[name] : undefined),
    value,
  )
}
