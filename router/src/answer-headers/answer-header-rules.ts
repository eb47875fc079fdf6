import { isForThisHop, isHeaderValue } from '../subgraphs/header-rules.ts'
import type { HeaderMerge, PassedHeaders } from './passed-headers.ts'

/** Lets headers of a subgraph's answers reach the client. Names are in lower case. */
export interface AnswerHeaderRule {
  /** A name, or what names must match. */
  readonly pass: string | RegExp
  /** The name that the client gets it under; its own when undefined. */
  readonly as: string | undefined
  readonly merge: HeaderMerge
}

/** The headers of a subgraph's answer, names in lower case. */
export type SubgraphHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** Adds to what a client gets what rules let through of one answer. */
export type PassHeaders = (from: SubgraphHeaders, to: PassedHeaders) => void

/** They act on the browser or on the origin as a whole, and a pattern that fits by chance must not do that. */
const onlyWhenNamed: ReadonlySet<string> = new Set([
  'set-cookie',
  'clear-site-data',
  'strict-transport-security',
  'alt-svc',
])

/** RFC 9110, section 7.6.1, what describes the subgraph's message, and what the router says of its own answer. */
const unpassable: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-type',
  'content-length',
  'content-encoding',
  'content-range',
  'accept-ranges',
  'date',
  'cache-control',
  'pragma',
  'expires',
  'age',
  'vary',
  'etag',
  'last-modified',
  'x-request-id',
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'allow',
  'accept-post',
  'www-authenticate',
])
const unpassablePrefixes = ['access-control-', 'gravity-', 'sec-websocket-', 'x-accel-'] as const

/** True for headers that no rule may pass on. */
export function isUnpassableHeader(name: string): boolean {
  return unpassable.has(name) || unpassablePrefixes.some((prefix) => name.startsWith(prefix))
}

/** Makes one function of the rules, of which the last one that fits decides; undefined when there is none. */
export function compileAnswerHeaderRules(
  rules: readonly AnswerHeaderRule[],
): PassHeaders | undefined {
  if (rules.length === 0) return undefined
  return (from, to) => {
    for (const name of Object.keys(from)) {
      const rule = rules.findLast(({ pass }) => fits(pass, name))
      const held = from[name]
      if (!rule || held === undefined || isForThisHop(name, from)) continue
      const values = (typeof held === 'string' ? [held] : held).filter(isHeaderValue)
      if (values.length > 0) to.add(rule.as ?? name, { values, merge: rule.merge })
    }
  }
}

function fits(pass: string | RegExp, name: string): boolean {
  if (typeof pass === 'string') return pass === name
  return pass.test(name) && !onlyWhenNamed.has(name) && !isUnpassableHeader(name)
}
