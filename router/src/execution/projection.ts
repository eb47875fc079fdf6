import type { ErrorCode } from '@gravity/shared/errors/gravity-error'
import { invariant } from '@gravity/shared/errors/invariant'
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { stringText } from './json-text.ts'
import { type LeafKind, leafKindOf } from './leaf.ts'

/**
 * Terminology
 * - Projection: what of the response tree goes to the client, in the order and under the names that the client wants;
 *   compiled together with the plan.
 */

/** The value of a field or of an item of a list, as the API schema types it. */
export type ProjectedType = {
  readonly nonNull: boolean
  /** `Type.field`, for messages. */
  readonly coordinate: string
} & (
  | { readonly kind: 'leaf'; readonly leaf: LeafKind; readonly enumValues: ReadonlySet<string> }
  | { readonly kind: 'list'; readonly item: ProjectedType }
  | { readonly kind: 'object'; readonly selection: ProjectedSelection }
)

/** A field of the answer. */
export type ProjectedField = {
  /** `{"name":` for the first field of an object, `,"name":` for the others. */
  readonly prefix: string
  readonly responseName: string
  /** The name in the response tree. */
  readonly source: string
  readonly coordinate: string
} & (
  | { readonly kind: 'value'; readonly type: ProjectedType; readonly memo: boolean }
  /** Text that does not depend on the response tree: `__typename` of an object type. */
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'typename' }
  | { readonly kind: 'introspection' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly nonNull: boolean }
)

/** What is selected on a composite type, worked out for each object type when it is first met. */
export interface ProjectedSelection {
  readonly typeName: string
  /**
   * The fields for an object that says it is of type `typename`; the fields of the declared type alone when it does not
   * say. Undefined when the API schema has no such object here.
   */
  fieldsFor(typename: string | undefined): readonly ProjectedField[] | undefined
}

/** What a projection is compiled from. */
export interface ProjectionOptions {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** False when `@skip` or `@include` takes the selection out. */
  readonly includes: (directives: readonly DirectiveNode[] | undefined) => boolean
  /** The field's name in the response tree. */
  readonly planName: (field: FieldNode) => string
  /** Why the viewer may not select the field; undefined when it may be. */
  readonly refusalOf: (parentType: string, field: string) => ErrorCode | undefined
  /** Where objects hang in the tree that may hang at several places; their text is worth keeping. */
  readonly entityPaths: ReadonlySet<string>
}

/** A selection set with the type it stands on. */
export interface ScopedSelection {
  readonly parentType: GraphQLCompositeType
  readonly selectionSet: SelectionSetNode
}

/** The selections of one response name. */
interface CollectedField {
  readonly node: FieldNode
  /** Those that the viewer may make, each with the type that it was made on. */
  readonly allowed: { readonly node: FieldNode; readonly parentType: GraphQLCompositeType }[]
  readonly refusal: ErrorCode | undefined
}

interface ProjectionContext {
  readonly options: ProjectionOptions
  readonly planPath: readonly string[]
}

interface ValueContext extends ProjectionContext {
  readonly coordinate: string
}

/** Compiles what is selected on a type at a plan path. */
export function compileSelection(
  type: GraphQLCompositeType,
  scopes: readonly ScopedSelection[],
  context: ProjectionContext,
): ProjectedSelection {
  const { schema } = context.options
  const compile = (runtimeType: GraphQLCompositeType): readonly ProjectedField[] =>
    [...collectFields(scopes, runtimeType, context.options)].map(([responseName, field], index) =>
      compileField(field, { responseName, index, runtimeType }, context),
    )
  if (isObjectType(type)) {
    let fields: readonly ProjectedField[] | undefined
    return {
      typeName: type.name,
      fieldsFor() {
        fields ??= compile(type)
        return fields
      },
    }
  }
  const fieldsByType = new Map<string | undefined, readonly ProjectedField[]>()
  return {
    typeName: type.name,
    fieldsFor(typename) {
      const known = fieldsByType.get(typename)
      if (known) return known
      const objectType = typename === undefined ? undefined : schema.getType(typename)
      // The name of an interface says no more than the declared type: `@interfaceObject` gives it.
      const unsaid = typename === undefined || isAbstractType(objectType)
      if (!unsaid && !(isObjectType(objectType) && schema.isSubType(type, objectType)))
        return undefined
      const fields = compile(isObjectType(objectType) ? objectType : type)
      fieldsByType.set(typename, fields)
      return fields
    },
  }
}

function collectFields(
  scopes: readonly ScopedSelection[],
  runtimeType: GraphQLCompositeType,
  options: ProjectionOptions,
): ReadonlyMap<string, CollectedField> {
  const fields = new Map<string, CollectedField>()
  const add = (node: FieldNode, parentType: GraphQLCompositeType): void => {
    const name = node.name.value
    const responseName = node.alias?.value ?? name
    const refusal = options.refusalOf(parentType.name, name)
    const field = fields.get(responseName) ?? { node, allowed: [], refusal }
    if (refusal === undefined) field.allowed.push({ node, parentType })
    fields.set(responseName, field)
  }
  const collect = ({ selectionSet, parentType }: ScopedSelection): void => {
    for (const selection of selectionSet.selections) {
      if (!options.includes(selection.directives)) continue
      if (selection.kind === Kind.FIELD) {
        add(selection, parentType)
        continue
      }
      const scope = fragmentScope(selection, parentType, options)
      if (scope && applies(scope.parentType, runtimeType, options.schema)) collect(scope)
    }
  }
  for (const scope of scopes) collect(scope)
  return fields
}

function fragmentScope(
  selection: FragmentSpreadNode | InlineFragmentNode,
  parentType: GraphQLCompositeType,
  { schema, fragments }: ProjectionOptions,
): ScopedSelection | undefined {
  const fragment =
    selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
  if (!fragment) return undefined
  const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value)
  const type = condition ?? parentType
  return isCompositeType(type)
    ? { parentType: type, selectionSet: fragment.selectionSet }
    : undefined
}

function applies(
  condition: GraphQLCompositeType,
  type: GraphQLCompositeType,
  schema: GraphQLSchema,
): boolean {
  if (condition === type) return true
  return isAbstractType(condition) && !isUnionType(type) && schema.isSubType(condition, type)
}

interface FieldPlace {
  readonly responseName: string
  readonly index: number
  readonly runtimeType: GraphQLCompositeType
}

function compileField(
  field: CollectedField,
  { responseName, index, runtimeType }: FieldPlace,
  context: ProjectionContext,
): ProjectedField {
  const name = field.node.name.value
  const source = context.options.planName(field.node)
  const named = {
    prefix: `${index === 0 ? '{' : ','}${stringText(responseName)}:`,
    responseName,
    source,
    coordinate: `${runtimeType.name}.${name}`,
  }
  if (name === '__typename') {
    if (!isObjectType(runtimeType)) return { ...named, kind: 'typename' }
    return { ...named, kind: 'constant', text: stringText(runtimeType.name) }
  }
  if (name.startsWith('__')) return { ...named, kind: 'introspection' }
  const type = fieldType(runtimeType, name)
  if (field.allowed.length === 0 && field.refusal) {
    return { ...named, kind: 'refused', code: field.refusal, nonNull: isNonNullType(type) }
  }
  const scopes = field.allowed.flatMap(({ node, parentType }) => {
    const selectedType = getNamedType(fieldType(parentType, name))
    if (!node.selectionSet || !isCompositeType(selectedType)) return []
    return [{ parentType: selectedType, selectionSet: node.selectionSet }]
  })
  return {
    ...named,
    kind: 'value',
    type: compileType(type, scopes, {
      options: context.options,
      planPath: [...context.planPath, source],
      coordinate: named.coordinate,
    }),
    memo: scopes.length > 0 && mayBeShared(context),
  }
}

function mayBeShared({ options, planPath }: ProjectionContext): boolean {
  return planPath.includes('@') && options.entityPaths.has(planPath.join('.'))
}

function fieldType(type: GraphQLCompositeType, name: string): GraphQLOutputType {
  const field = isUnionType(type) ? undefined : type.getFields()[name]
  invariant(field, `Validation lets only fields of ${type.name} pass`)
  return field.type
}

function compileType(
  type: GraphQLOutputType,
  scopes: readonly ScopedSelection[],
  context: ValueContext,
): ProjectedType {
  const nullable = getNullableType(type)
  const declared = { nonNull: isNonNullType(type), coordinate: context.coordinate }
  if (isListType(nullable)) {
    const itemContext = { ...context, planPath: [...context.planPath, '@'] }
    return { ...declared, kind: 'list', item: compileType(nullable.ofType, scopes, itemContext) }
  }
  if (isCompositeType(nullable)) {
    return { ...declared, kind: 'object', selection: compileSelection(nullable, scopes, context) }
  }
  const enumValues = isEnumType(nullable) ? nullable.getValues().map((value) => value.name) : []
  return {
    ...declared,
    kind: 'leaf',
    leaf: leafKindOf(nullable),
    enumValues: new Set(enumValues),
  }
}
