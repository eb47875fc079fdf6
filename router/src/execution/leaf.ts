import { type GraphQLLeafType, isEnumType } from 'graphql'
import { stringText, valueText } from './json-text.ts'

/** What is checked of a leaf before it goes out. Values of custom scalars are the subgraph's business. */
export type LeafKind = 'Int' | 'Float' | 'String' | 'Boolean' | 'ID' | 'enum' | 'scalar'

const builtIn: ReadonlySet<string> = new Set(['Int', 'Float', 'String', 'Boolean', 'ID'])

/** How values of a leaf type are checked. */
export function leafKindOf(type: GraphQLLeafType): LeafKind {
  if (isEnumType(type)) return 'enum'
  return isBuiltIn(type.name) ? type.name : 'scalar'
}

function isBuiltIn(name: string): name is 'Int' | 'Float' | 'String' | 'Boolean' | 'ID' {
  return builtIn.has(name)
}

/** A leaf type as the API schema has it. */
export interface Leaf {
  readonly leaf: LeafKind
  /** The values that the API schema shows; empty for everything but an enum. */
  readonly enumValues: ReadonlySet<string>
}

/** The JSON text of a leaf as the subgraph sent it; undefined when the API schema's type has no such value. */
export function leafText({ leaf, enumValues }: Leaf, value: unknown): string | undefined {
  switch (leaf) {
    case 'String':
      return typeof value === 'string' ? stringText(value) : undefined
    case 'ID':
      return typeof value === 'string'
        ? stringText(value)
        : Number.isInteger(value)
          ? String(value)
          : undefined
    case 'Int':
      return Number.isInteger(value) ? String(value) : undefined
    case 'Float':
      return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined
    case 'Boolean':
      return typeof value === 'boolean' ? String(value) : undefined
    case 'enum':
      return typeof value === 'string' && enumValues.has(value) ? `"${value}"` : undefined
    case 'scalar':
      return valueText(value)
  }
}
