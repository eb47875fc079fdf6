import { chooseBaggage } from './trace-headers.ts'

/** The headers of a client's request, as Node has them: names in lower case. */
export type ClientHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** One step in making the headers that a subgraph gets besides the router's own. Names are in lower case. */
export type HeaderRule =
  | {
      readonly forward: string
      /** The name that the subgraph gets it under; its own when undefined. */
      readonly as: string | undefined
      /** For requests without the header. */
      readonly default: string | undefined
    }
  | { readonly forwardMatching: RegExp }
  /** Entries of `baggage` by their keys, or all of them. */
  | { readonly baggage: readonly string[] | '*' }
  | { readonly set: string; readonly value: string }
  | { readonly remove: string }
  | { readonly removeMatching: RegExp }

/** What an operation's call to a subgraph carries of its client's headers; a new object for each call. */
export type HeadersFor = (client: ClientHeaders | undefined) => Record<string, string>

/** Credentials go where they are meant to go, and not wherever a pattern fits. */
const credentials: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization'])

/** RFC 9110, section 7.6.1, and what describes the client's message or connection and not what it asks. */
const ofTheMessage: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'accept',
  'accept-encoding',
])

/** Made or checked by the router: nobody outside may choose them as they are. */
const ofTheRouter: ReadonlySet<string> = new Set([
  'gravity-identity',
  'traceparent',
  'tracestate',
  'baggage',
])
/** RFC 9110, section 5.5. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

export function isHeaderValue(text: string): boolean {
  return headerValue.test(text)
}

/** True for headers that no rule may forward or set. */
export function isReservedHeader(name: string): boolean {
  return ofTheMessage.has(name) || ofTheRouter.has(name) || name.startsWith('sec-websocket-')
}

/** Makes one function of the rules; undefined when there is none, so that nothing is spent for them. */
export function compileHeaderRules(rules: readonly HeaderRule[]): HeadersFor | undefined {
  if (rules.length === 0) return undefined
  const steps = rules.map(compileRule)
  return (client = {}) => {
    const headers: Record<string, string> = Object.create(null)
    for (const step of steps) step(headers, client)
    return headers
  }
}

type Step = (headers: Record<string, string>, client: ClientHeaders) => void

function compileRule(rule: HeaderRule): Step {
  if ('set' in rule) {
    return (headers) => {
      headers[rule.set] = rule.value
    }
  }
  if ('forward' in rule) return forwardOne(rule)
  if ('forwardMatching' in rule) return forwardMatching(rule.forwardMatching)
  if ('baggage' in rule) return forwardBaggage(rule.baggage)
  if ('remove' in rule) {
    return (headers) => {
      delete headers[rule.remove]
    }
  }
  return (headers) => {
    for (const name of Object.keys(headers)) {
      if (rule.removeMatching.test(name)) delete headers[name]
    }
  }
}

function forwardOne(rule: Extract<HeaderRule, { readonly forward: string }>): Step {
  const name = rule.as ?? rule.forward
  return (headers, client) => {
    const sent = isForThisHop(rule.forward, client) ? undefined : textOf(client[rule.forward])
    const value = sent ?? rule.default
    if (value !== undefined) headers[name] = value
  }
}

function forwardMatching(pattern: RegExp): Step {
  return (headers, client) => {
    for (const name of Object.keys(client)) {
      if (credentials.has(name) || isReservedHeader(name) || !pattern.test(name)) continue
      const value = isForThisHop(name, client) ? undefined : textOf(client[name])
      if (value !== undefined) headers[name] = value
    }
  }
}

function forwardBaggage(keys: readonly string[] | '*'): Step {
  return (headers, client) => {
    const sent = isForThisHop('baggage', client) ? undefined : textOf(client['baggage'])
    const value = sent && chooseBaggage(sent, keys)
    if (value) headers['baggage'] = value
  }
}

/** A sender may name headers that go no further in `connection` (RFC 9110, section 7.6.1). */
export function isForThisHop(name: string, { connection }: ClientHeaders): boolean {
  if (typeof connection !== 'string') return false
  return connection
    .toLowerCase()
    .split(/\s*,\s*/)
    .includes(name)
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(', ') : header
}
