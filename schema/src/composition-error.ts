import type { CompositionSuccess } from '@apollo/composition'
import type { ASTNode, GraphQLError } from 'graphql'
import { compositionAdvice } from './composition-advice.ts'
import { coordinateOf } from './coordinate.ts'

/** One reason why subgraphs do not compose, in the words a person needs to repair it. */
export interface CompositionFailure {
  readonly code: string
  readonly message: string
  /** The subgraphs that disagree or are wrong; empty when the message alone tells. */
  readonly subgraphs: readonly string[]
  readonly coordinate: string | undefined
  /** The lines of SDL that the failure is about, each with its subgraph in front. */
  readonly excerpts: readonly string[]
  readonly hint: string
}

/** Something that composes, but probably not as it was meant. */
export interface CompositionWarning {
  readonly code: string
  readonly message: string
  readonly coordinate: string | undefined
}

/** Subgraphs that do not compose. The message lists every failure and is meant to be printed as it stands. */
export class CompositionError extends Error {
  override readonly name = 'CompositionError'
  readonly failures: readonly CompositionFailure[]

  constructor(failures: readonly CompositionFailure[], options?: ErrorOptions) {
    const count = failures.length === 1 ? '1 error' : `${failures.length} errors`
    const title = `The subgraphs do not compose: ${count}.`
    super([title, ...failures.map(printFailure)].join('\n\n'), options)
    this.failures = failures
  }
}

/** Explains one error of Apollo's composition or of the parser. */
export function describeFailure(error: GraphQLError): CompositionFailure {
  const nodes = error.nodes ?? []
  const { code: given = 'SYNTAX_ERROR' } = error.extensions
  const code = String(given)
  const prefix = /^\[([\w-]+)\] /.exec(error.message)
  const named = [...nodes.map(subgraphOf), error.source?.name, prefix?.[1]]
  return {
    code,
    message: prefix ? error.message.slice(prefix[0].length) : error.message,
    subgraphs: [...new Set(named.filter((name) => name !== undefined))],
    coordinate: nodes.map(coordinateOf).find(Boolean) ?? quotedCoordinate(error.message),
    excerpts: [...new Set([...nodes.flatMap(excerptOfNode), ...excerptsOfSyntaxError(error)])],
    hint: compositionAdvice(code),
  }
}

/** Explains one hint of Apollo's composition. */
export function describeWarning(hint: CompositionSuccess['hints'][number]): CompositionWarning {
  return {
    code: hint.definition.code,
    message: hint.message,
    coordinate: hint.coordinate ?? hint.nodes?.map(coordinateOf).find(Boolean),
  }
}

/** One warning as text, its first line naming code and coordinate. */
export function printWarning(warning: CompositionWarning): string {
  const place = warning.coordinate === undefined ? '' : ` at ${warning.coordinate}`
  return `${warning.code}${place}\n${indent(warning.message)}`
}

function printFailure(failure: CompositionFailure): string {
  const place = failure.coordinate === undefined ? '' : ` at ${failure.coordinate}`
  const subgraphs = failure.subgraphs.length === 0 ? '' : ` in ${failure.subgraphs.join(', ')}`
  const details = [failure.message, ...failure.excerpts, `Hint: ${failure.hint}`]
  return `${failure.code}${place}${subgraphs}\n${indent(details.join('\n'))}`
}

function subgraphOf(node: ASTNode): string | undefined {
  return node.loc?.source.name
}

function excerptOfNode(node: ASTNode): string[] {
  if (!node.loc) return []
  const { source, startToken } = node.loc
  return excerpt(source.body, startToken.line, source.name)
}

function excerptsOfSyntaxError(error: GraphQLError): string[] {
  const { source, locations } = error
  if (!source || error.nodes) return []
  return (locations ?? []).flatMap(({ line }) => excerpt(source.body, line))
}

function excerpt(body: string, line: number, subgraph?: string): string[] {
  const text = body.split('\n')[line - 1]?.trim()
  const place = subgraph === undefined ? `line ${line}` : `${subgraph}, line ${line}`
  return text ? [`${place}: ${text}`] : []
}

function quotedCoordinate(message: string): string | undefined {
  return /"([A-Z]\w*\.\w+)"/.exec(message)?.[1]
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}
