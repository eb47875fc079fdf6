import { networkOf } from '@gravity/shared/rate-limit/network-of'
import type { RateLimit, RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { GraphQLSchema } from 'graphql'
import type { Graph, GraphCall, PreparedOperation } from '../graph.ts'
import type { RateKey, RateRule } from './config.ts'
import { createRateRefusal } from './rate-refusal.ts'

/** A rule that an operation takes points of, and how many. */
interface Charge {
  readonly rule: RateRule
  readonly limit: RateLimit
  readonly points: number
}

export interface RateRulesOptions {
  readonly graph: Graph
  readonly rules: readonly RateRule[]
  readonly rateLimits: RateLimits
}

/**
 * A graph whose operations count against rules before they run: `RATE_LIMITED` when one has no points left. Which rules
 * an operation meets is found once for a prepared operation. Without rules it is the graph itself.
 */
export function limitRates(options: RateRulesOptions): Graph {
  const { graph, rules, rateLimits } = options
  if (rules.length === 0) return graph
  const limits = rules.map((rule) => ({
    rule,
    limit: rateLimits.define({
      name: `router.rule.${rule.name}`,
      points: rule.points,
      windowSeconds: rule.windowSeconds,
    }),
  }))
  const charges = new WeakMap<PreparedOperation, readonly Charge[]>()

  function chargesOf(operation: PreparedOperation): readonly Charge[] {
    const known = charges.get(operation)
    if (known) return known
    const found = limits
      .map(({ rule, limit }) => ({ rule, limit, points: pointsOf(operation, rule) }))
      .filter(({ points }) => points > 0)
    charges.set(operation, found)
    return found
  }

  return {
    ...graph,
    async execute(operation, call) {
      await charge(chargesOf(operation), call)
      return graph.execute(operation, call)
    },
    async executeInParts(operation, call) {
      await charge(chargesOf(operation), call)
      return graph.executeInParts(operation, call)
    },
    async subscribe(operation, call) {
      await charge(chargesOf(operation), call)
      return graph.subscribe(operation, call)
    },
  }
}

/** The fields of rules that a schema does not have: such a rule protects nothing. */
export function unknownFields(rules: readonly RateRule[], schema: GraphQLSchema): string[] {
  return rules
    .flatMap(({ fields = [] }) => fields)
    .filter((coordinate) => {
      const [type = '', field = ''] = coordinate.split('.')
      const known = schema.getType(type)
      if (!known || !('getFields' in known)) return true
      return field !== '*' && !known.getFields()[field]
    })
}

function pointsOf(operation: PreparedOperation, { fields, operations }: RateRule): number {
  if (operations && !operations.includes(operation.name ?? '')) return 0
  if (!fields) return 1
  const counts = operation.countFields()
  return fields.reduce((sum, coordinate) => sum + timesOf(coordinate, counts), 0)
}

function timesOf(coordinate: string, counts: ReadonlyMap<string, number>): number {
  if (!coordinate.endsWith('.*')) return counts.get(coordinate) ?? 0
  const prefix = coordinate.slice(0, -1)
  return [...counts].reduce(
    (sum, [name, times]) => (name.startsWith(prefix) ? sum + times : sum),
    0,
  )
}

async function charge(charges: readonly Charge[], call: GraphCall): Promise<void> {
  if (charges.length === 0) return
  const decisions = await Promise.all(
    charges.map(async ({ rule, limit, points }) => ({
      rule,
      decision: await limit.consume(keyOf(rule.key, call), points),
    })),
  )
  const refused = decisions
    .filter(({ decision }) => !decision.allowed)
    .sort((one, other) => other.decision.retryAfterSeconds - one.decision.retryAfterSeconds)
  const [longest] = refused
  if (longest) throw createRateRefusal({ ...longest, name: longest.rule.name })
}

const headerPrefix = 'header:'

function keyOf(key: RateKey, { identity, headers }: GraphCall): string {
  const { viewer, clientAddress } = identity
  if (key === 'everybody') return 'everybody'
  if (key === 'viewer' && viewer) return `viewer ${viewer.userId}`
  if (key === 'viewer' || key === 'address') {
    return `address ${clientAddress === null ? 'unknown' : networkOf(clientAddress)}`
  }
  // Those without the header share one key, so that to leave it out is no way around.
  return `header ${headers?.[key.slice(headerPrefix.length)] ?? ''}`
}
