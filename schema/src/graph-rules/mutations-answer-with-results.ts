import {
  type GraphQLField,
  type GraphQLObjectType,
  isInputObjectType,
  isNonNullType,
  isUnionType,
} from 'graphql'
import type { GraphRule } from './graph-rule.ts'

/**
 * A mutation takes one `input` (or nothing) and returns a union: the success first, then the problems a caller can act
 * on, each implementing `Problem`.
 */
export const mutationsAnswerWithResults: GraphRule = ({ api }) =>
  Object.values(api.getMutationType()?.getFields() ?? {}).flatMap((field) =>
    [...inputMistakes(field), ...resultMistakes(field)].map((message) => ({
      coordinate: `Mutation.${field.name}`,
      message,
    })),
  )

type MutationField = GraphQLField<unknown, unknown>

function inputMistakes({ name, args }: MutationField): string[] {
  const [input, another] = args
  if (!input) return []
  const expected = `${capitalized(name)}Input`
  const type = isNonNullType(input.type) ? input.type.ofType : undefined
  const isRight =
    !another && input.name === 'input' && isInputObjectType(type) && type.name === expected
  return isRight ? [] : [`A mutation takes one argument, \`input: ${expected}!\`, or none.`]
}

function resultMistakes({ name, type }: MutationField): string[] {
  const result = isNonNullType(type) ? type.ofType : undefined
  const expected = `${capitalized(name)}Result`
  if (!isUnionType(result) || result.name !== expected) {
    return [`A mutation returns \`${expected}!\`, a union of its success and its problems.`]
  }
  const [success, ...problems] = result.getTypes()
  const first =
    success && isProblem(success)
      ? [`The first member of ${expected} is the success, and ${success.name} is a problem.`]
      : []
  const others = problems
    .filter((member) => !isProblem(member))
    .map((member) => `${member.name} in ${expected} does not implement Problem.`)
  return [...first, ...others]
}

function isProblem(type: GraphQLObjectType): boolean {
  return type.getInterfaces().some((face) => face.name === 'Problem')
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
