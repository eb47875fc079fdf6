import {
  type ASTVisitor,
  type DirectiveNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type ValidationContext,
  type ValidationRule,
  visit,
} from 'graphql'

/**
 * What the incremental delivery RFC (https://github.com/graphql/graphql-spec/pull/1110) asks of `@defer` in a document,
 * and graphql-js 16 does not check.
 */
export const deferRules: readonly ValidationRule[] = [labels, rootFields, operations]

/** Labels are literal, because plans are made before variables are known, and tell one fragment from another. */
function labels(context: ValidationContext): ASTVisitor {
  const known = new Map<string, DirectiveNode>()
  return onDefer((node) => {
    const label = argumentOf(node, 'label')
    if (!label || label.kind === Kind.NULL) return
    if (label.kind !== Kind.STRING) {
      report(context, 'The label of a "@defer" must be a string in the document.', node)
      return
    }
    const other = known.get(label.value)
    if (other) report(context, `The label "${label.value}" is given twice.`, other, node)
    known.set(label.value, node)
  })
}

/** Fields of a mutation run one after the other, and an event has no later. */
function rootFields(context: ValidationContext): ASTVisitor {
  const schema = context.getSchema()
  return onDefer((node) => {
    const type = context.getParentType()
    if (!type) return
    const isRoot = type === schema.getMutationType() || type === schema.getSubscriptionType()
    if (isRoot) report(context, `"@defer" cannot be used on fields of ${type.name}.`, node)
  })
}

/** An event of a subscription is one result; with `if: $variable` it is seen only when the operation is run. */
function operations(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return
      const fragments = context.getRecursivelyReferencedFragments(operation)
      for (const node of [operation, ...fragments].flatMap(alwaysDeferred)) {
        report(context, '"@defer" cannot be used in a subscription.', node)
      }
    },
  }
}

function alwaysDeferred(
  definition: OperationDefinitionNode | FragmentDefinitionNode,
): DirectiveNode[] {
  const found: DirectiveNode[] = []
  visit(
    definition,
    onDefer((node) => {
      const condition = argumentOf(node, 'if')
      const isOpen = condition?.kind === Kind.VARIABLE
      if (!isOpen && !(condition?.kind === Kind.BOOLEAN && !condition.value)) found.push(node)
    }),
  )
  return found
}

function onDefer(enter: (node: DirectiveNode) => void): ASTVisitor {
  return {
    Directive(node) {
      if (node.name.value === 'defer') enter(node)
    },
  }
}

function argumentOf({ arguments: given = [] }: DirectiveNode, name: string) {
  return given.find((argument) => argument.name.value === name)?.value
}

function report(context: ValidationContext, message: string, ...nodes: DirectiveNode[]): void {
  context.reportError(new GraphQLError(message, { nodes }))
}
