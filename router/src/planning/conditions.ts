import { type DirectiveNode, type DocumentNode, Kind, type ValueNode, visit } from 'graphql'

/**
 * The conditions of an operation (`@skip`, `@include`, the `if` of `@defer`), decided. Plans are made for decided
 * conditions: the planner gives a fetch the requirements of fields that a variable leaves out, and then cannot fetch the
 * others either.
 */
export interface Conditions {
  /** Equal for variables that decide every condition in the same way. */
  readonly key: string
  /** The variables that are true. */
  readonly truths: string[]
  /** Whether the directives leave a selection in. */
  includes(directives: readonly DirectiveNode[] | undefined): boolean
  /** Whether the directives put a fragment off; false for one with `@defer(if: false)`. */
  defers(directives: readonly DirectiveNode[] | undefined): boolean
}

/** Names of the variables that decide conditions anywhere in a document. */
export function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    enter(node) {
      if (node.kind !== Kind.DIRECTIVE) return
      const condition = node.name.value === 'defer' ? ifArgument(node) : conditionOf(node)
      if (condition?.kind === Kind.VARIABLE) names.add(condition.name.value)
    },
  })
  return [...names]
}

/** Decides the conditions that the named variables stand in; literals decide themselves. */
export function decideConditions(
  names: readonly string[],
  variables: Readonly<Record<string, unknown>>,
): Conditions {
  const truths = new Set(names.filter((name) => variables[name] === true))
  const isTrue = (condition: ValueNode): boolean =>
    condition.kind === Kind.VARIABLE
      ? truths.has(condition.name.value)
      : condition.kind === Kind.BOOLEAN && condition.value
  return {
    key: [...truths].join(),
    truths: [...truths],
    includes: (directives) =>
      (directives ?? []).every((directive) => {
        const condition = conditionOf(directive)
        return condition === undefined || isTrue(condition) === (directive.name.value === 'include')
      }),
    defers: (directives) => {
      const directive = deferDirective(directives)
      const condition = directive && ifArgument(directive)
      return directive !== undefined && (condition === undefined || isTrue(condition))
    },
  }
}

/** The other directives of a selection. */
export function withoutConditions(
  directives: readonly DirectiveNode[] | undefined,
): readonly DirectiveNode[] {
  return (directives ?? []).filter((directive) => conditionOf(directive) === undefined)
}

/** The `@defer` among the directives of a fragment. */
export function deferDirective(
  directives: readonly DirectiveNode[] | undefined,
): DirectiveNode | undefined {
  return directives?.find((directive) => directive.name.value === 'defer')
}

function conditionOf(directive: DirectiveNode): ValueNode | undefined {
  const { value } = directive.name
  return value === 'skip' || value === 'include' ? ifArgument(directive) : undefined
}

function ifArgument(directive: DirectiveNode): ValueNode | undefined {
  return directive.arguments?.find((argument) => argument.name.value === 'if')?.value
}
