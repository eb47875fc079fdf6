import { type ConstDirectiveNode, Kind } from 'graphql'

/** What join directives stand at: a definition of the supergraph or a part of one. */
export interface Joined {
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

/** The directives of one name, of all graphs or of one (the name of its enum value). */
export function joinsOf(
  { directives = [] }: Joined,
  name: string,
  graph?: string,
): ConstDirectiveNode[] {
  return directives.filter(
    (directive) =>
      directive.name.value === name &&
      (graph === undefined || joinText(directive, 'graph') === graph),
  )
}

/** An argument that is a text or an enum value. */
export function joinText(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined
}

/** Whether an argument is there and true. */
export function joinFlag(directive: ConstDirectiveNode, name: string): boolean {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.BOOLEAN && value.value
}

/** The same directive for another graph. */
export function joinFor(graph: string, directive: ConstDirectiveNode): ConstDirectiveNode {
  const { arguments: others = [], ...rest } = withoutArgument(directive, 'graph')
  return { ...rest, arguments: [enumArgument('graph', graph), ...others] }
}

/** The same directive with a flag. */
export function withFlag(
  directive: ConstDirectiveNode,
  name: string,
  value: boolean,
): ConstDirectiveNode {
  const { arguments: others = [], ...rest } = withoutArgument(directive, name)
  const flag = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: name },
    value: { kind: Kind.BOOLEAN, value },
  } as const
  return { ...rest, arguments: [...others, flag] }
}

/** The same directive without an argument. */
function withoutArgument(directive: ConstDirectiveNode, name: string): ConstDirectiveNode {
  const left = (directive.arguments ?? []).filter((argument) => argument.name.value !== name)
  return { ...directive, arguments: left }
}

/** A directive that says nothing but the graph. */
export function newJoin(name: string, graph: string): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: [enumArgument('graph', graph)],
  }
}

function enumArgument(name: string, value: string) {
  return {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: name },
    value: { kind: Kind.ENUM, value },
  } as const
}
