import type { GraphQLSchema } from 'graphql'

/** What every rule looks at. */
export interface RuleContext {
  /** What clients see; union members in the order in which their subgraph lists them. */
  readonly api: GraphQLSchema
  /** Coordinates of the lists that a subgraph bounds with `@listSize`. */
  readonly boundedLists: ReadonlySet<string>
}

export interface RuleViolation {
  readonly coordinate: string
  /** What is wrong and what would be right, as a sentence. */
  readonly message: string
}

/** One rule of the graph: a function from the schema to its violations. */
export type GraphRule = (context: RuleContext) => RuleViolation[]
