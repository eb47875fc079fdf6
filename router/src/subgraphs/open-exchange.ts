import type { Viewer } from '@gravity/shared/viewer/viewer'
import { OperationTypeNode } from 'graphql'
import type { Exchange, HttpAnswer, HttpPost } from './http-exchange.ts'
import { ShapedExchange } from './shaped-exchange.ts'
import { SharedQueries } from './shared-queries.ts'
import type { SubgraphCall, SubgraphRequest } from './subgraph-client.ts'
import type { SubgraphTraffic } from './subgraph-traffic.ts'

/** What an HTTP request is made from. */
export interface RequestOrigin {
  readonly request: SubgraphRequest
  readonly call: SubgraphCall
  /** What the rules for headers made of those of the client. */
  readonly headers: Readonly<Record<string, string>> | undefined
}

/** Sends the requests of one subgraph as its traffic allows. */
export interface QueryExchange {
  send(post: HttpPost, origin: RequestOrigin): Promise<HttpAnswer>
  /** Something has changed in the subgraph: queries from now on see it. */
  startAnew(): void
}

/** `tellsViewer` is true for a subgraph that learns who is asking. */
export function openExchange(
  direct: Exchange,
  traffic: SubgraphTraffic,
  tellsViewer: boolean,
): QueryExchange {
  const shaped = new ShapedExchange(direct, traffic)
  if (!traffic.settings.dedup) {
    return {
      send: (post, { request }) => shaped.send(post, !isMutation(request)),
      startAnew: () => undefined,
    }
  }
  const queries = new SharedQueries()
  return {
    send(post, origin) {
      // Whoever knows that the mutation has ended must not get an answer from before it.
      if (isMutation(origin.request)) {
        return shaped.send(post, false).finally(() => queries.startAnew())
      }
      const key = keyOf(post, origin, tellsViewer)
      const { answer, isShared } = queries.send(key, post, (shared) => shaped.send(shared, true))
      if (!isShared) return answer
      traffic.counts.shared += 1
      return answer.then(withoutHeaders)
    },
    startAnew: () => queries.startAnew(),
  }
}

/** They may be meant for the one who asked, as a cookie is. */
function withoutHeaders(answer: HttpAnswer): HttpAnswer {
  return { ...answer, headers: undefined }
}

function isMutation({ operation }: SubgraphRequest): boolean {
  return operation.kind === OperationTypeNode.MUTATION
}

/** Everything that the subgraph sees, except what only serves to trace and log. */
function keyOf({ body }: HttpPost, { call, headers }: RequestOrigin, tellsViewer: boolean): string {
  const viewer = tellsViewer ? viewerText(call.identity.viewer) : ''
  const { addedHeaders: added } = call
  const sent = headers || added ? JSON.stringify([headers, added]) : ''
  return `${viewer}\n${sent}\n${body}`
}

/** Viewers live as long as their tokens are remembered. */
const viewerTexts = new WeakMap<Viewer, string>()

function viewerText(viewer: Viewer | null): string {
  if (!viewer) return ''
  const known = viewerTexts.get(viewer)
  if (known !== undefined) return known
  const text = JSON.stringify(viewer)
  viewerTexts.set(viewer, text)
  return text
}
