import { prefersHtml } from '../transport/content-negotiation.ts'
import type { HttpExchange } from '../transport/http-exchange.ts'
import type { Route } from '../transport/http-server.ts'
import {
  type ExplorerAsset,
  explorerAssetNames,
  readExplorerAsset,
  readExplorerPage,
  readExplorerVersion,
} from './explorer-assets.ts'

export const EXPLORER_PATH = '/graphiql'

export interface ExplorerOptions {
  /** What the editor shows at first; introspects the query type by default, which every graph can answer. */
  readonly defaultQuery?: string | undefined
}

const anyGraphQuery = `# Welcome to Gravity.
#
# Ctrl-Enter runs the query,
# Ctrl-Space completes what you type,
# the book on the left explains every type.
#
# An access token goes into "Headers" below;
# subscriptions use it as well:
# { "Authorization": "Bearer …" }

query WhatCanIAsk {
  __schema {
    queryType {
      fields {
        name
        description
      }
    }
  }
}
`

/**
 * The pages for people: `/` with Apollo Sandbox where the network has it, and `/graphiql`, which needs no network.
 * Nothing is read from disk before somebody opens one.
 */
export function createExplorerRoutes(options: ExplorerOptions): ReadonlyMap<string, Route> {
  const defaultQuery = options.defaultQuery ?? anyGraphQuery
  const version = readOnce(readExplorerVersion)
  const landing = readOnce(() => readPage('landing.html'))
  const graphiql = readOnce(() => readPage('graphiql.html'))

  async function readPage(file: string): Promise<string> {
    return readExplorerPage(file, { version: await version(), defaultQuery })
  }

  const routes = new Map<string, Route>()
  routes.set('/', {
    async get(exchange) {
      if (!prefersHtml(exchange.request.headers.accept)) answerAddresses(exchange)
      else answerPage(exchange, await landing(), landingPolicy)
    },
  })
  routes.set(EXPLORER_PATH, {
    get: async (exchange) => answerPage(exchange, await graphiql(), graphiqlPolicy),
  })
  for (const name of explorerAssetNames) {
    const asset = readOnce(() => readExplorerAsset(name))
    routes.set(`${EXPLORER_PATH}/assets/${name}`, {
      get: async (exchange) => answerAsset(exchange, await asset(), await version()),
    })
  }
  return routes
}

/** For programs that ask at `/`: where everything is. */
function answerAddresses(exchange: HttpExchange): void {
  const body = JSON.stringify({
    graphql: '/graphql',
    explorer: EXPLORER_PATH,
    health: '/health/ready',
  })
  exchange.answer({ status: 200, body })
}

const sandboxScripts = 'https://embeddable-sandbox.cdn.apollographql.com'
const sandboxFrames = 'https://sandbox.embed.apollographql.com'
const landingPolicy = createPolicy({ scripts: `'self' ${sandboxScripts}`, frames: sandboxFrames })
const graphiqlPolicy = createPolicy({ scripts: "'self'", frames: "'none'" })

/** A Content Security Policy: scripts from here only, and nobody may frame the page. Editors need inline styles. */
function createPolicy(sources: { readonly scripts: string; readonly frames: string }): string {
  return [
    "default-src 'none'",
    `script-src ${sources.scripts}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    `frame-src ${sources.frames}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

function answerPage(exchange: HttpExchange, body: string, policy: string): void {
  exchange.answer({
    status: 200,
    contentType: 'text/html; charset=utf-8',
    body,
    headers: {
      'content-security-policy': policy,
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  })
}

function answerAsset(exchange: HttpExchange, asset: ExplorerAsset, version: string): void {
  const acceptEncoding = String(exchange.request.headers['accept-encoding'] ?? '')
  const compressed = /\bgzip\b/.test(acceptEncoding)
  const current = exchange.search === `v=${version}`
  exchange.answer({
    status: 200,
    contentType: asset.contentType,
    body: compressed ? asset.compressed : asset.bytes,
    headers: {
      'cache-control': current ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      ...(compressed ? { 'content-encoding': 'gzip' } : {}),
    },
  })
}

/** Reads at the first call and remembers; a failure is not remembered. */
function readOnce<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined
      throw error
    })
    return reading
  }
}
