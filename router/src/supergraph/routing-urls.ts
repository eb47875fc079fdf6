import {
  type ConstDirectiveNode,
  type EnumValueDefinitionNode,
  Kind,
  parse,
  print,
  visit,
} from 'graphql'

/** A supergraph's SDL with other routing addresses for the subgraphs that are named; the rest stays. */
export function withRoutingUrls(supergraphSdl: string, urls: ReadonlyMap<string, string>): string {
  const document = visit(parse(supergraphSdl, { noLocation: true }), {
    enter(node) {
      return node.kind === Kind.ENUM_VALUE_DEFINITION ? withUrl(node, urls) : undefined
    },
  })
  return print(document)
}

function withUrl(
  value: EnumValueDefinitionNode,
  urls: ReadonlyMap<string, string>,
): EnumValueDefinitionNode | undefined {
  const graph = value.directives?.find((directive) => directive.name.value === 'join__graph')
  const url = graph && urls.get(textArgument(graph, 'name') ?? '')
  if (!graph || url === undefined) return undefined
  const moved: ConstDirectiveNode = {
    ...graph,
    arguments: (graph.arguments ?? []).map((argument) =>
      argument.name.value === 'url'
        ? { ...argument, value: { kind: Kind.STRING, value: url } }
        : argument,
    ),
  }
  const directives = value.directives?.map((directive) => (directive === graph ? moved : directive))
  return { ...value, directives: directives ?? [] }
}

function textArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.STRING ? value.value : undefined
}
