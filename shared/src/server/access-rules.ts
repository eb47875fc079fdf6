import {
  type DirectiveNode,
  type DocumentNode,
  defaultTypeResolver,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql'
import { z } from 'zod'
import { GravityError } from '../errors/gravity-error.ts'
import { invariant } from '../errors/invariant.ts'
import { missingScope } from '../viewer/delegation.ts'
import type { Viewer } from '../viewer/viewer.ts'
import { federationDirectiveName } from './federation-link.ts'
import { guardField } from './guard-field.ts'
import { guardReferenceResolvers } from './reference-resolvers.ts'

/**
 * Terminology
 * - Access rule: what a viewer needs to read an element of the schema; an element without one is open.
 * - Alternatives: the lists of one `@requiresScopes`; a viewer needs every scope of at least one list.
 */

type Alternatives = readonly (readonly string[])[]

/** Every entry must be satisfied. Without entries any signed-in viewer passes: that is `@authenticated`. */
type AccessRule = readonly Alternatives[]

/** An element of the schema that can carry directives. */
interface Annotated {
  readonly astNode?:
    | { readonly directives?: readonly DirectiveNode[] | undefined }
    | null
    | undefined
  readonly extensionASTNodes?: readonly {
    readonly directives?: readonly DirectiveNode[] | undefined
  }[]
}

export interface AccessRulesOptions {
  /** The subgraph's name. */
  readonly domain: string
  /** The document the schema was built from; its `@link` says what the directives are called. */
  readonly document: DocumentNode
  /** Finds the viewer of a request by its GraphQL context; null when anonymous or unknown. */
  readonly viewerOf: (context: unknown) => Viewer | null
}

const requiresScopesArguments = z.object({ scopes: z.array(z.array(z.string())) })

/** What `_service` and `_entities` show is guarded by the types themselves, not by a rule on the root type. */
const federationFields = new Set(['_service', '_entities'])

function combine(rules: readonly (AccessRule | undefined)[]): AccessRule | undefined {
  const present = rules.filter((rule) => rule !== undefined)
  return present.length === 0 ? undefined : present.flat()
}

interface Attempt {
  readonly viewer: Viewer | null
  readonly domain: string
  /** What is used, for the message. */
  readonly element: string
  /** Whether it is a mutation. */
  readonly changes: boolean
}

function assertAllowed(rule: AccessRule, { viewer, element, ...attempt }: Attempt): void {
  if (viewer === null) throw new GravityError('UNAUTHENTICATED', `Sign in to use ${element}`)
  if (rule.length === 0) {
    const missing = missingScope(viewer, attempt)
    if (missing) throw new GravityError('FORBIDDEN', `${element} needs the permission ${missing}`)
    return
  }
  const held = new Set(viewer.scopes)
  for (const alternatives of rule) {
    if (alternatives.some((scopes) => scopes.every((scope) => held.has(scope)))) continue
    const needed = alternatives.map((scopes) => scopes.join(' and ')).join(', or ')
    throw new GravityError('FORBIDDEN', `${element} needs the permission ${needed}`)
  }
}

function createRuleReader(schema: GraphQLSchema, document: DocumentNode) {
  const authenticated = federationDirectiveName(document, 'authenticated')
  const policy = schema.getDirective(federationDirectiveName(document, 'policy'))
  const requiresScopes = schema.getDirective(federationDirectiveName(document, 'requiresScopes'))
  return (element: Annotated): AccessRule | undefined => {
    const applied = [element.astNode, ...(element.extensionASTNodes ?? [])].map(
      (node) => node?.directives ?? [],
    )
    const names = applied.flat().map((directive) => directive.name.value)
    invariant(!policy || !names.includes(policy.name), '@policy is not enforced by subgraphs yet')
    const alternatives = applied
      .map((directives) => requiresScopes && getDirectiveValues(requiresScopes, { directives }))
      .filter((values) => values != null)
      .map((values) => requiresScopesArguments.parse(values).scopes)
    if (alternatives.length > 0) return alternatives
    return names.includes(authenticated) ? [] : undefined
  }
}

interface AccessRules {
  readonly ofType: (typeName: string) => AccessRule | undefined
  readonly ofField: (
    type: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
  ) => AccessRule | undefined
}

function readAccessRules(schema: GraphQLSchema, document: DocumentNode): AccessRules {
  const ruleOf = createRuleReader(schema, document)
  const typeRules = new Map(
    Object.values(schema.getTypeMap()).map((type) => [type.name, ruleOf(type)]),
  )
  return {
    ofType: (typeName) => typeRules.get(typeName),
    ofField: (type, field) =>
      combine([
        federationFields.has(field.name) ? undefined : typeRules.get(type.name),
        ruleOf(field),
        ...type.getInterfaces().map((parent) => {
          const inherited = parent.getFields()[field.name]
          return inherited && ruleOf(inherited)
        }),
        typeRules.get(getNamedType(field.type).name),
      ]),
  }
}

/** Checks the runtime type of a union or interface, where the field's own type says nothing about it. */
function guardAbstractType(
  type: GraphQLAbstractType,
  check: (typeName: string, context: unknown) => void,
): void {
  const resolveType = type.resolveType ?? defaultTypeResolver
  type.resolveType = (...call) => {
    const [, context] = call
    const checked = (typeName: string | undefined): string | undefined => {
      if (typeName !== undefined) check(typeName, context)
      return typeName
    }
    const resolved = resolveType(...call)
    if (typeof resolved === 'object' && resolved !== null)
      return Promise.resolve(resolved).then(checked)
    return checked(resolved ?? undefined)
  }
}

/**
 * Enforces `@authenticated` and `@requiresScopes` of the schema, in place, as the federation specification means them:
 * a rule guards a field when it stands on the field, on the field's type, on the type that has the field, or on the
 * same field of an interface; where several stand, all must be satisfied. A refused field throws GravityError
 * UNAUTHENTICATED or FORBIDDEN before its resolver or `subscribe` runs; an entity is refused before its reference
 * is resolved, and a member of a union or interface as soon as its type is known. What every signed-in person may use,
 * a delegated viewer may with a scope of the domain, and a mutation with `<domain>:write`. Throws when the schema uses
 * `@policy`, which nothing here could enforce.
 */
export function enforceAccessRules(schema: GraphQLSchema, options: AccessRulesOptions): void {
  const rules = readAccessRules(schema, options.document)
  const { domain, viewerOf } = options
  const checkType = (typeName: string, context: unknown): void => {
    const rule = rules.ofType(typeName)
    if (!rule) return
    assertAllowed(rule, { viewer: viewerOf(context), domain, element: typeName, changes: false })
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (
      isAbstractType(type) &&
      schema.getPossibleTypes(type).some((member) => rules.ofType(member.name))
    ) {
      guardAbstractType(type, checkType)
    }
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const rule = rules.ofField(type, field)
      const element = `${type.name}.${field.name}`
      const changes = type === schema.getMutationType()
      if (!rule) continue
      // Many objects of one answer ask the same of the same viewer.
      let allowed: Viewer | null = null
      guardField(field, (_args, context) => {
        const viewer = viewerOf(context)
        if (viewer && viewer === allowed) return
        assertAllowed(rule, { viewer, domain, element, changes })
        allowed = viewer
      })
    }
  }
  guardReferenceResolvers(schema, (type, context) => checkType(type.name, context))
}
