import type { ErrorCode } from '@gravity/shared/errors/gravity-error'
import { invariant } from '@gravity/shared/errors/invariant'
import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql'
import {
  type CollectedField,
  type CollectOptions,
  collectDeferred,
  collectFields,
  hasDeferred,
  type ScopedSelection,
} from './collect-fields.ts'
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
  | { readonly kind: 'list'; readonly item: ProjectedType; readonly memo: boolean }
  /** `memo`: values may hang in the tree at several places; their text is worth keeping. */
  | { readonly kind: 'object'; readonly selection: ProjectedSelection; readonly memo: boolean }
  | { readonly kind: 'deferring'; readonly selection: DeferringSelection }
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
  | { readonly kind: 'value'; readonly type: ProjectedType }
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

/** A selection with deferred fragments, which its fields are without. */
export interface DeferringSelection extends ProjectedSelection {
  /** The fragments that apply to an object that says it is of type `typename`. */
  deferredFor(typename: string | undefined): readonly DeferredSelection[]
}

/** A deferred fragment on one type of object. */
export interface DeferredSelection {
  readonly key: string
  readonly selection: DeferringSelection
}

/** What a projection is compiled from. */
export interface ProjectionOptions extends CollectOptions {
  /** The field's name in the response tree. */
  readonly planName: (field: FieldNode) => string
  /** Where entities are asked for. These, and what is in their fields, may hang in the tree at several places. */
  readonly entityPaths: ReadonlySet<string>
}

interface ProjectionContext {
  readonly options: ProjectionOptions
  readonly planPath: readonly string[]
}

interface ValueContext extends ProjectionContext {
  readonly coordinate: string
  /** Whether it is the value of an entity's field. */
  readonly ofEntity: boolean
}

/** Compiles what is selected on a type at a plan path. */
export function compileSelection(
  type: GraphQLCompositeType,
  scopes: readonly ScopedSelection[],
  context: ProjectionContext,
): ProjectedSelection {
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
      const runtimeType = runtimeTypeOf(type, typename, context.options.schema)
      if (!runtimeType) return undefined
      const fields = compile(runtimeType)
      fieldsByType.set(typename, fields)
      return fields
    },
  }
}

/** The same with what is deferred. */
export function compileDeferring(
  type: GraphQLCompositeType,
  scopes: readonly ScopedSelection[],
  context: ProjectionContext,
): DeferringSelection {
  const deferredByType = new Map<GraphQLCompositeType, readonly DeferredSelection[]>()
  const deferredOn = (runtimeType: GraphQLCompositeType): readonly DeferredSelection[] => {
    const deferred = collectDeferred(scopes, runtimeType, context.options).map(
      ({ key, scope }) => ({ key, selection: compileDeferring(runtimeType, [scope], context) }),
    )
    deferredByType.set(runtimeType, deferred)
    return deferred
  }
  return {
    ...compileSelection(type, scopes, context),
    deferredFor(typename) {
      const runtimeType = runtimeTypeOf(type, typename, context.options.schema)
      return runtimeType ? (deferredByType.get(runtimeType) ?? deferredOn(runtimeType)) : []
    },
  }
}

/** The type of an object that says it is of type `typename`; undefined when it cannot be of `type`. */
function runtimeTypeOf(
  type: GraphQLCompositeType,
  typename: string | undefined,
  schema: GraphQLSchema,
): GraphQLCompositeType | undefined {
  if (isObjectType(type)) return type
  const objectType = typename === undefined ? undefined : schema.getType(typename)
  // The name of an interface says no more than the declared type: `@interfaceObject` gives it.
  if (typename === undefined || isAbstractType(objectType)) return type
  return isObjectType(objectType) && schema.isSubType(type, objectType) ? objectType : undefined
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
      ofEntity: isEntityPlace(context),
    }),
  }
}

function isEntityPlace({ options, planPath }: ProjectionContext): boolean {
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
    const planPath = [...context.planPath, '@']
    const item = compileType(nullable.ofType, scopes, { ...context, planPath, ofEntity: false })
    return { ...declared, kind: 'list', item, memo: context.ofEntity && scopes.length > 0 }
  }
  if (isCompositeType(nullable)) {
    if (hasDeferred(scopes)) {
      const selection = compileDeferring(nullable, scopes, context)
      return { ...declared, kind: 'deferring', selection }
    }
    const selection = compileSelection(nullable, scopes, context)
    return {
      ...declared,
      kind: 'object',
      selection,
      memo: context.ofEntity || isEntityPlace(context),
    }
  }
  const enumValues = isEnumType(nullable) ? nullable.getValues().map((value) => value.name) : []
  return {
    ...declared,
    kind: 'leaf',
    leaf: leafKindOf(nullable),
    enumValues: new Set(enumValues),
  }
}
