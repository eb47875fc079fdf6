import type { GraphQLFormattedError } from 'graphql'
import type { Operation } from './operation.ts'

/** Why an operation may not be executed with these coerced variables, by what it can cost; empty when it may. */
export function checkCost(
  { cost, generation }: Operation,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLFormattedError[] {
  const { maximumNodes, maximumCost } = generation
  const nodes = cost.nodesWith(variables)
  if (nodes > maximumNodes) {
    return [
      tooMuch('nodes', `can answer ${nodes} objects`, { maximum: maximumNodes, actual: nodes }),
    ]
  }
  if (maximumCost === Number.POSITIVE_INFINITY) return []
  const estimated = cost.costWith(variables)
  if (estimated.complaints.length > 0) {
    const [message = ''] = estimated.complaints
    return [{ message, extensions: { code: 'BAD_USER_INPUT', limit: 'cost' } }]
  }
  if (estimated.cost <= maximumCost) return []
  const actual = estimated.cost
  return [tooMuch('cost', `can cost ${actual}`, { maximum: maximumCost, actual })]
}

function tooMuch(
  limit: 'nodes' | 'cost',
  sentence: string,
  numbers: { readonly maximum: number; readonly actual: number },
): GraphQLFormattedError {
  return {
    message: `The operation ${sentence}; the limit is ${numbers.maximum}. Ask for smaller pages.`,
    extensions: { code: 'BAD_USER_INPUT', limit, ...numbers },
  }
}
