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
    expect(text).toContain('gravity_router_http_requests_total{path="/graphql",status="200"} 3\n')
    expect(text).toContain(
      'gravity_router_http_request_duration_seconds_count{path="/graphql"} 3\n',
    )
    expect(text).toContain('gravity_router_http_requests_in_flight 1\n')
  })
})
