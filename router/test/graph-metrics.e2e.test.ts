import { GravityError } from '@gravity/shared/errors/gravity-error'
import { describe, expect, it } from '@jest/globals'
import { memoryClients } from './execution-graph.ts'
import { librarySubgraphs } from './execution-library.ts'
import { openTestRouter } from './opened-router.ts'

describe('the metrics of the router', () => {
  it('count calls of subgraphs by how they ended, what was prepared, and what was known', async () => {
    const open = memoryClients(librarySubgraphs)
    await using router = await openTestRouter(
      librarySubgraphs,
      {},
      {
        openClient: (name, url) => {
          if (name !== 'reviews') return open(name, url)
          const send = () => Promise.reject(new GravityError('SUBGRAPH_UNAVAILABLE', 'Away.'))
          return { ...open(name, url), send }
        },
      },
    )
    await router.ask('{ person(id: "1") { name reviews { stars } } }')
    await router.ask('{ person(id: "1") { name reviews { stars } } }')
    await router.ask('{ broken }')

    const text = await (await fetch(`${router.url}/metrics`)).text()

    const count = (labels: string) => `gravity_router_subgraph_duration_seconds_count{${labels}} `
    expect(text).toContain(`${count('subgraph="people",outcome="answered"')}2\n`)
    expect(text).toContain(`${count('subgraph="people",outcome="errors"')}1\n`)
    expect(text).toContain(`${count('subgraph="reviews",outcome="failed"')}2\n`)
    expect(text).toMatch(
      /gravity_router_subgraph_duration_seconds_bucket\{subgraph="people",outcome="answered",le="\+Inf"\} 2\n/,
    )
    expect(text).toContain('gravity_router_plan_cache_requests_total{result="hit"} 1\n')
    expect(text).toContain('gravity_router_plan_cache_requests_total{result="miss"} 2\n')
    for (const step of ['parse', 'validate', 'plan']) {
      expect(text).toContain(
        `gravity_router_preparation_duration_seconds_count{step="${step}"} 2\n`,
      )
    }
    expect(text).toContain(
      'gravity_router_http_request_duration_seconds_count{path="/graphql"} 3\n',
    )
    expect(text).toContain('gravity_router_http_requests_in_flight 1\n')
  })

  it('count requests by their status and the code of the first error', async () => {
    await using router = await openTestRouter(librarySubgraphs)
    const post = (body: object, headers: Record<string, string> = {}) =>
      fetch(router.graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    const good = { query: '{ person(id: "1") { name } }' }
    const sse = { accept: 'text/event-stream' }
    await post(good)
    await post([good, { query: '{ broken }' }])
    await (await post({ query: '{ broken }' }, sse)).text()
    await post({ query: '{ unknown }' }, { accept: 'application/graphql-response+json' })
    await post(good, { authorization: 'Bearer not.a.token' })

    const text = await (await fetch(`${router.url}/metrics`)).text()

    const series = text.split('\n').filter((line) => line.includes('requests_total{path="/gr'))
    const of = (labels: string) => `gravity_router_http_requests_total{path="/graphql",${labels}`
    expect(new Set(series)).toEqual(
      new Set([
        of('status="200"} 1'),
        of('status="200",error_type="NOT_FOUND"} 2'),
        of('status="400",error_type="BAD_USER_INPUT"} 1'),
        of('status="401",error_type="UNAUTHENTICATED"} 1'),
      ]),
    )
  })
})
