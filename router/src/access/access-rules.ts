import {
  baseType,
  type Directive,
  type FieldDefinition,
  type InterfaceType,
  isInterfaceType,
  isObjectType,
  type NamedType,
  type ObjectType,
  type Schema,
} from '@apollo/federation-internals'
import { z } from 'zod'
import type { Supergraph } from '../supergraph/supergraph.ts'

/**
 * Terminology
 * - Alternatives: lists of scopes (or policies), of which a viewer needs every one of at least one list.
 * - Access rule: everything that a viewer needs to select a field: each of its requirements. Selecting a field needs
 *   what its own definition, the type it stands on and the type it returns ask for.
 */

/** Lists of names, every one of at least one of which is needed. */
export type Alternatives = readonly (readonly string[])[]

/** One thing that a viewer needs. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes'; readonly alternatives: Alternatives }
  | { readonly kind: 'policies'; readonly alternatives: Alternatives }

/** Everything that selecting a field needs. */
export interface AccessRule {
  /** Equal for rules that ask for the same. */
  readonly key: string
  readonly requirements: readonly Requirement[]
}

/** The rules of a supergraph. */
export interface AccessRules {
  /** False when nothing in the graph is restricted. */
  readonly any: boolean
  /** The rule for a field; undefined when everybody may select it. */
  ruleFor(parentType: string, field: string): AccessRule | undefined
}

type Annotated = NamedType | FieldDefinition<ObjectType | InterfaceType>
type RequirementReader = (element: Annotated) => readonly Requirement[]

/**
 * Reads `@authenticated`, `@requiresScopes` and `@policy` from a supergraph, under whatever names it imports them. A
 * field of an interface also needs what the same field of any implementing type needs: which of them will answer is not
 * known before it is fetched.
 */
export function readAccessRules({ federated }: Supergraph): AccessRules {
  const { schema } = federated
  const read = createRequirementReader(schema)
  const rules = new Map<string, AccessRule>()
  for (const type of schema.types()) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of type.fields()) {
      const requirements = requirementsOf(type, field.name, read)
      if (requirements.length > 0) rules.set(field.coordinate, ruleOf(requirements))
    }
  }
  return {
    any: rules.size > 0,
    ruleFor: (parentType, field) => rules.get(`${parentType}.${field}`),
  }
}

function requirementsOf(
  type: ObjectType | InterfaceType,
  fieldName: string,
  read: RequirementReader,
): readonly Requirement[] {
  const field = type.field(fieldName)
  const own = field ? [...read(type), ...read(field), ...returnedTypeOf(field, read)] : []
  if (!isInterfaceType(type)) return own
  const implementations = type.possibleRuntimeTypes()
  return [...own, ...implementations.flatMap((one) => requirementsOf(one, fieldName, read))]
}

function returnedTypeOf(
  field: FieldDefinition<ObjectType | InterfaceType>,
  read: RequirementReader,
): readonly Requirement[] {
  return field.type ? read(baseType(field.type)) : []
}

function ruleOf(requirements: readonly Requirement[]): AccessRule {
  const distinct = new Map(requirements.map((one) => [JSON.stringify(one), one]))
  const keys = [...distinct.keys()].toSorted()
  return { key: keys.join(), requirements: [...distinct.values()] }
}

const alternativesShape = z.array(z.array(z.string()))

function createRequirementReader(schema: Schema): RequirementReader {
  const authenticated = directiveName(schema, 'authenticated')
  const requiresScopes = directiveName(schema, 'requiresScopes')
  const policy = directiveName(schema, 'policy')
  return (element) =>
    element.appliedDirectives.flatMap((directive: Directive): Requirement[] => {
      if (directive.name === authenticated) return [{ kind: 'authenticated' }]
      const { scopes, policies } = directive.arguments()
      if (directive.name === requiresScopes) {
        return [{ kind: 'scopes', alternatives: alternativesShape.parse(scopes) }]
      }
      if (directive.name === policy) {
        return [{ kind: 'policies', alternatives: alternativesShape.parse(policies) }]
      }
      return []
    })
}

function directiveName(schema: Schema, name: string): string | undefined {
  const feature = schema.coreFeatures?.getByIdentity(`https://specs.apollo.dev/${name}`)
  return feature?.directiveNameInSchema(name)
}
