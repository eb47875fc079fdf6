import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  locatedError,
  type OperationDefinitionNode,
  OperationTypeNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql'
import { invariant } from '../errors/invariant.ts'
import { collectFields, hasVariableConditions, type Surroundings } from './collect-fields.ts'
import { compileComplete, type PlanForType } from './complete-value.ts'
import { type Eventual, type Execution, Faults, isPromise } from './execution.ts'
import { FieldPlan } from './field-plan.ts'
import { type AnsweredObject, ObjectPlan } from './object-plan.ts'

/** What one execution of a compiled operation is given. */
export interface OperationInput {
  readonly variableValues?: Readonly<Record<string, unknown>> | undefined
  readonly contextValue: unknown
  readonly rootValue?: unknown
}

/** An operation, ready to be executed any number of times. */
export type CompiledOperation = (
  input: OperationInput,
) => ExecutionResult | PromiseLike<ExecutionResult>

/**
 * Compiles an operation of a document that is valid against the schema; undefined when variables decide what it
 * selects, or when it is not to be found. What can be known before a request is done once: fields are collected, their
 * resolvers found, arguments without variables coerced, types of objects looked up. Everything else is as the
 * specification says (section 6) and as graphql-js does it.
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): CompiledOperation | undefined {
  const operation = findOperation(document, operationName)
  const rootType = operation && schema.getRootType(operation.operation)
  if (!operation || !rootType || hasVariableConditions(document)) return undefined
  const fragments = fragmentsOf(document)
  const plan = new SelectionCompiler({ schema, fragments }).planFor(rootType, [
    operation.selectionSet,
  ])
  const isSerial = operation.operation === OperationTypeNode.MUTATION
  return ({ variableValues = {}, contextValue, rootValue }) => {
    const definitions = operation.variableDefinitions ?? []
    const { coerced, errors } = getVariableValues(schema, definitions, variableValues, {
      maxErrors: mostVariableErrors,
    })
    if (!coerced) return { errors }
    const faults = new Faults()
    const execution = {
      schema,
      operation,
      fragments,
      variables: coerced,
      context: contextValue,
      rootValue,
      faults,
    }
    return answer(execution, () =>
      isSerial
        ? plan.executeSerially(rootValue, execution)
        : plan.execute(rootValue, execution, undefined),
    )
  }
}

/** As graphql-js. */
const mostVariableErrors = 50

function answer(
  { faults }: Execution,
  execute: () => Eventual,
): ExecutionResult | PromiseLike<ExecutionResult> {
  const succeed = (data: unknown): ExecutionResult =>
    faults.errors.length > 0
      ? { errors: faults.errors, data: asData(data) }
      : { data: asData(data) }
  const fail = (error: unknown): ExecutionResult => {
    faults.add(locatedError(error, undefined), undefined)
    return { errors: faults.errors, data: null }
  }
  try {
    const data = execute()
    return isPromise(data) ? data.then(succeed, fail) : succeed(data)
  } catch (error) {
    return fail(error)
  }
}

function asData(value: unknown): AnsweredObject {
  invariant(isData(value), 'the root of an answer is an object')
  return value
}

function isData(value: unknown): value is AnsweredObject {
  return typeof value === 'object' && value !== null
}

/** Compiles selections on object types as they are met, each once. */
class SelectionCompiler {
  readonly #surroundings: Surroundings

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  planFor(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): ObjectPlan {
    const fields = [...collectFields(this.#surroundings, type, selectionSets)]
    return new ObjectPlan(
      type,
      fields.flatMap(([responseName, nodes]) => this.#fieldPlan(type, responseName, nodes) ?? []),
    )
  }

  #fieldPlan(
    parentType: GraphQLObjectType,
    responseName: string,
    [first, ...others]: readonly FieldNode[],
  ): FieldPlan | undefined {
    const field = first && this.#fieldOf(parentType, first.name.value)
    if (!field) return undefined
    const nodes = [first, ...others] as const
    const { schema } = this.#surroundings
    const planFor = this.#plansBelow(nodes.flatMap(({ selectionSet }) => selectionSet ?? []))
    return new FieldPlan({ responseName, nodes, field, parentType }, (plan) =>
      compileComplete(field.type, { plan, schema, planFor }),
    )
  }

  #plansBelow(selectionSets: readonly SelectionSetNode[]): PlanForType {
    const plans = new Map<GraphQLObjectType, ObjectPlan>()
    return (type) => {
      const known = plans.get(type)
      if (known) return known
      const plan = this.planFor(type, selectionSets)
      plans.set(type, plan)
      return plan
    }
  }

  #fieldOf(type: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef
    if (type === this.#surroundings.schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
    }
    return type.getFields()[name]
  }
}

function findOperation(
  { definitions }: DocumentNode,
  name: string | undefined,
): OperationDefinitionNode | undefined {
  const operations = definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  )
  if (name !== undefined) return operations.find((operation) => operation.name?.value === name)
  return operations.length === 1 ? operations[0] : undefined
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null)
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition
  }
  return fragments
}
