import { type DocumentNode, type FieldNode, type GraphQLSchema, Kind, print, visit } from 'graphql'
import type { FederatedNames } from '../supergraph/federated-names.ts'
import { endangeringFields } from './endangering-fields.ts'

/**
 * The names under which an operation's fields stand in the response tree. They are the client's own, except where that
 * would not be safe: names that every JavaScript object has, names under which the plan itself may fetch something else
 * to the same place, such as a required field with arguments of its own or an object that a failing field would take away
 * from the plan, and names that mean different things on different types, which the planner does not always keep apart.
 */
export interface PlanNames {
  planName(field: FieldNode): string
  clientName(planName: string): string
}

/** The form of the aliases that the planner invents. */
const plannerAlias = /__alias_\d+$/

const inheritedNames: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

/** Chooses a name for every field of a document; equal selections of one name share it. */
export function choosePlanNames(
  document: DocumentNode,
  schema: GraphQLSchema,
  federated: FederatedNames,
): PlanNames {
  const fields = fieldsOf(document)
  const endangering = new Set([...endangeringFields(document, schema, federated)].map(keyOf))
  const taken = new Set(fields.map(responseNameOf))
  const planNames = new Map<string, string>()
  const clientNames = new Map<string, string>()
  for (const field of fields) {
    const key = keyOf(field)
    if (planNames.has(key)) continue
    const name = responseNameOf(field)
    const isFree = !clientNames.has(name) && !endangering.has(key) && !isUnsafe(field, federated)
    const planName = isFree ? name : freeName(name, taken)
    taken.add(planName)
    planNames.set(key, planName)
    clientNames.set(planName, name)
  }
  return {
    planName: (field) => planNames.get(keyOf(field)) ?? responseNameOf(field),
    clientName: (planName) => clientNames.get(planName) ?? planName,
  }
}

function fieldsOf(document: DocumentNode): FieldNode[] {
  const fields: FieldNode[] = []
  visit(document, {
    enter(node) {
      if (node.kind === Kind.FIELD) fields.push(node)
    },
  })
  return fields
}

/** Equal for selections that ask for the same under the same name. */
function keyOf(field: FieldNode): string {
  const values = (field.arguments ?? []).map(print).toSorted()
  return `${responseNameOf(field)}:${field.name.value}(${values.join()})`
}

function responseNameOf(field: FieldNode): string {
  return field.alias?.value ?? field.name.value
}

function isUnsafe(field: FieldNode, federated: FederatedNames): boolean {
  const name = responseNameOf(field)
  if (inheritedNames.has(name) || federated.withArguments.has(name)) return true
  if (plannerAlias.test(name)) return true
  // A requirement means the field without arguments, a key the field itself.
  const differs = name !== field.name.value || (field.arguments?.length ?? 0) > 0
  return differs && (name === '__typename' || federated.all.has(name))
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = `${name}_`
  while (taken.has(free) || inheritedNames.has(free)) free += '_'
  return free
}
