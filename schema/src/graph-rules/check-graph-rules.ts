import { buildSchema, type DocumentNode, Kind, parse } from 'graphql'
import { deprecationsShowAWay } from './deprecations-show-a-way.ts'
import { everythingDescribed } from './everything-described.ts'
import type { GraphRule, RuleViolation } from './graph-rule.ts'
import { growingListsAreConnections } from './growing-lists-are-connections.ts'
import { moneyIsNoFloat } from './money-is-no-float.ts'
import { mutationsAnswerWithResults } from './mutations-answer-with-results.ts'
import { namesFollowTheConvention } from './names-follow-the-convention.ts'

const rules: readonly GraphRule[] = [
  everythingDescribed,
  namesFollowTheConvention,
  mutationsAnswerWithResults,
  growingListsAreConnections,
  moneyIsNoFloat,
  deprecationsShowAWay,
]

export interface GraphUnderRules {
  readonly apiSdl: string
  readonly subgraphs: readonly { readonly sdl: string }[]
}

/** Every violation of the graph's own rules, by coordinate. */
export function checkGraphRules({ apiSdl, subgraphs }: GraphUnderRules): RuleViolation[] {
  const context = {
    api: buildSchema(apiSdl),
    boundedLists: new Set(subgraphs.flatMap(({ sdl }) => boundedListsOf(parse(sdl)))),
  }
  return rules
    .flatMap((rule) => rule(context))
    .toSorted((one, other) => one.coordinate.localeCompare(other.coordinate, 'en'))
}

function boundedListsOf(document: DocumentNode): string[] {
  return document.definitions.flatMap((definition) => {
    const isObject =
      definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
      definition.kind === Kind.OBJECT_TYPE_EXTENSION ||
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION
    if (!isObject) return []
    return (definition.fields ?? [])
      .filter((field) => field.directives?.some(({ name }) => /(^|__)listSize$/.test(name.value)))
      .map((field) => `${definition.name.value}.${field.name.value}`)
  })
}
