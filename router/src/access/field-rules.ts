import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { AccessRule, AccessRules } from './access-rules.ts'

/** The distinct rules that protect fields of a document, which is valid against the schema. */
export function fieldRules(
  document: DocumentNode,
  schema: GraphQLSchema,
  rules: AccessRules,
): readonly AccessRule[] {
  if (!rules.any) return []
  const found = new Map<string, AccessRule>()
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      enter(node) {
        const parentType = types.getParentType()
        if (node.kind !== Kind.FIELD || !parentType) return
        const rule = rules.ruleFor(parentType.name, node.name.value)
        if (rule) found.set(rule.key, rule)
      },
    }),
  )
  return [...found.values()]
}
