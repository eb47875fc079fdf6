import { type DocumentNode, Kind, parse, visit } from 'graphql'
import { z } from 'zod'

const recipeShape = z.object({
  /** The conditions' variables that are true. */
  truths: z.array(z.string()),
  /** What is refused: the keys of access rules, each with the reason. */
  refused: z.array(z.tuple([z.string(), z.enum(['UNAUTHENTICATED', 'FORBIDDEN'])])),
  /** The labels of `@override` that are on. */
  overrides: z.array(z.string()),
  inParts: z.boolean(),
})

/** How an operation was compiled, in a form that outlives its schema. */
export type VariantRecipe = Readonly<z.output<typeof recipeShape>>

/** What everything is compiled like that nobody has asked for yet: nothing refused, nothing left out by a variable. */
export const usualRecipe: VariantRecipe = { truths: [], refused: [], overrides: [], inParts: false }

export const rememberedShape = z.object({
  query: z.string(),
  operationName: z.string().optional(),
  variants: z.array(recipeShape),
})

/** An operation that was asked for, without the values of its variables. */
export type RememberedOperation = Readonly<z.output<typeof rememberedShape>>

/** A document of a list of the clients' operations, as clients ask for it. Throws for a document that cannot be parsed. */
export function listedOperation(query: string): RememberedOperation {
  const names = parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? (definition.name?.value ?? []) : [],
  )
  const [operationName] = names
  return { query, variants: [usualRecipe], ...(operationName !== undefined && { operationName }) }
}

/** True when texts were written into a document instead of into variables: they may be somebody's secrets. */
export function holdsTexts(document: DocumentNode): boolean {
  let holds = false
  visit(document, {
    StringValue() {
      holds = true
    },
  })
  return holds
}
