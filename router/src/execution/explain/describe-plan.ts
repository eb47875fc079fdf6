import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { parse, print } from 'graphql'
import type { SubgraphOperation } from '../../subgraphs/subgraph-client.ts'
import type { CompiledPlan, ScheduledTask } from '../compile-plan.ts'
import type { CompiledOperation } from '../compiled-operation.ts'
import type { FetchTime, FetchTimes } from './fetch-times.ts'

/** One request to a subgraph, as it is executed. */
export interface DescribedFetch {
  /** Unique within the plan. */
  readonly id: number
  readonly subgraph: string
  readonly kind: 'root' | 'entities' | 'subscription'
  /** The fetches that it waits for. */
  readonly after: readonly number[]
  /** Where its answer goes, as paths with `@` for the items of a list. */
  readonly paths: readonly string[]
  /** What of each entity is handed over. */
  readonly requires: readonly string[]
  readonly operation: string
  /** How it went; empty for what was not sent. */
  readonly times: readonly FetchTime[]
}

/** A query plan for people and programs. */
export interface DescribedPlan {
  readonly text: string
  readonly fetches: readonly DescribedFetch[]
}

/** Describes the requests of an operation in the order in which they begin. */
export function describePlan(compiled: CompiledOperation, times: FetchTimes): DescribedPlan {
  const fetches: DescribedFetch[] = []
  const { primary } = compiled
  if (primary) {
    fetches.push({
      id: 1,
      subgraph: primary.subgraph,
      kind: 'subscription',
      after: [],
      paths: [],
      requires: [],
      operation: pretty(primary.fetch.operation),
      times: [],
    })
  }
  const before = primary ? [1] : []
  for (const { tasks } of [compiled.plan, ...compiled.layers.map(({ plan }) => plan)]) {
    fetches.push(...describeTasks(tasks, { offset: fetches.length + 1, before, times }))
  }
  return { text: planText(fetches), fetches }
}

interface Surroundings {
  readonly offset: number
  readonly before: readonly number[]
  readonly times: FetchTimes
}

function describeTasks(
  tasks: CompiledPlan['tasks'],
  { offset, before, times }: Surroundings,
): DescribedFetch[] {
  return tasks.map((scheduled, index) => {
    const awaited = [...tasks.entries()]
      .filter(([, { dependents }]) => dependents.includes(index))
      .map(([number]) => number + offset)
    const { operation } = scheduled.task
    return {
      id: index + offset,
      ...describeGroup(scheduled),
      after: awaited.length > 0 ? awaited : before,
      operation: pretty(operation),
      times: times.of(operation),
    }
  })
}

function describeGroup({
  group,
}: ScheduledTask): Pick<DescribedFetch, 'subgraph' | 'kind' | 'paths' | 'requires'> {
  const [first] = group.members
  const requires = group.members.map(({ node }) => selectionText(node.requires ?? []))
  return {
    subgraph: first?.node.serviceName ?? '',
    kind: first?.node.requires ? 'entities' : 'root',
    paths: distinct(group.members.map(({ planPath }) => planPath.join('.'))),
    requires: distinct(requires),
  }
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '')
}

function selectionText(selections: readonly QueryPlanSelectionNode[]): string {
  return selections
    .map((selection) => {
      const below = selectionText(selection.selections ?? [])
      const inner = below === '' ? '' : ` { ${below} }`
      if (selection.kind === 'Field') return `${selection.name}${inner}`
      return selection.typeCondition === undefined
        ? `...${inner}`
        : `... on ${selection.typeCondition}${inner}`
    })
    .join(' ')
}

function pretty({ text }: SubgraphOperation): string {
  return print(parse(text, { noLocation: true }))
}

function planText(fetches: readonly DescribedFetch[]): string {
  return fetches.map(fetchText).join('\n\n')
}

function fetchText(fetch: DescribedFetch): string {
  const { id, subgraph, kind, after, paths, requires, operation } = fetch
  const what = { root: 'asks', entities: 'asks for entities', subscription: 'listens to' }[kind]
  const lines = [
    `${id}. ${what} ${subgraph}${after.length > 0 ? `, after ${after.join(', ')}` : ''}`,
    ...(paths.length > 0 ? [`for ${paths.join(', ')}`] : []),
    ...(requires.length > 0 ? [`with ${requires.join(' | ')}`] : []),
    ...operation.split('\n'),
  ]
  return lines.map((line, index) => (index === 0 ? line : `   ${line}`)).join('\n')
}
