import {
  buildSchema,
  type ExecutionResult,
  execute,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql'
import type { RandomOperation } from './random-operation.ts'

/** One server that answers the whole graph by graphql-js: what is right. */
export interface WholeServer {
  readonly schema: GraphQLSchema
  answer(operation: RandomOperation): Promise<ExecutionResult>
  /** The same with every field nullable: each failure has its own null, none has risen. */
  answerRelaxed(operation: RandomOperation): Promise<ExecutionResult>
}

export interface WholeServerOptions {
  readonly apiSchema: GraphQLSchema
  readonly rootValue: unknown
  readonly fieldResolver?: GraphQLFieldResolver<unknown, unknown>
}

export function wholeServer({ apiSchema, ...resolution }: WholeServerOptions): WholeServer {
  // The planner's own schema is not quite graphql-js's: custom scalars, for one, parse nothing.
  const schema = buildSchema(printSchema(apiSchema))
  const relaxed = buildSchema(withoutNonNull(printSchema(apiSchema)))
  const run = async (over: GraphQLSchema, { query, variables }: RandomOperation) =>
    execute({ ...resolution, schema: over, document: parse(query), variableValues: variables })
  return {
    schema,
    answer: (operation) => run(schema, operation),
    answerRelaxed: (operation) => run(relaxed, operation),
  }
}

function withoutNonNull(sdl: string): string {
  return print(
    visit(parse(sdl), {
      FieldDefinition: (field) => ({
        ...field,
        type: visit(field.type, { [Kind.NON_NULL_TYPE]: { leave: (node) => node.type } }),
      }),
    }),
  )
}
