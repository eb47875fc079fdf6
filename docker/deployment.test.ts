import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { subgraphPorts } from '../schema/src/subgraph-ports.ts'
import { subgraphList } from '../scripts/subgraph-list.ts'

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')
const subgraphs = subgraphList.map(({ name }) => ({ name, port: subgraphPorts[name] }))

describe('the deployment', () => {
  it('runs every subgraph of the platform on its port, where the router looks for it', async () => {
    const compose = await read('compose.yaml')

    for (const { name, port } of subgraphs) {
      expect(compose).toContain(`args: { PACKAGE: subgraphs/${name}, PORT: '${port}' }`)
      expect(compose).toContain(`${name}: { condition: service_healthy }`)
    }
    const addresses = subgraphs.map(({ name, port }) => `${name}=http://${name}:${port}/graphql`)
    expect(/GRAVITY_SUBGRAPHS: (.+)/.exec(compose)?.[1]?.split(',')).toEqual(addresses)
  })

  it('watches every subgraph', async () => {
    const [scrapes, alerts] = await Promise.all([
      read('prometheus/prometheus.yml'),
      read('prometheus/alerts.yml'),
    ])

    for (const { name, port } of subgraphs) {
      expect(scrapes).toContain(`names: [${name}], type: A, port: ${port}`)
      expect(alerts).toContain(`absent(up{job="${name}"})`)
    }
  })

  it('alerts only on metrics that are counted', async () => {
    const [alerts, ...sources] = await Promise.all([
      read('prometheus/alerts.yml'),
      read('../router/src/health/metrics.ts'),
      read('../shared/src/server/server-metrics.ts'),
    ])
    const counted = new Set(sources.join('\n').match(/gravity_\w+/g))
    const watched = alerts.match(/gravity_\w+/g) ?? []

    const bare = watched.map((name) => name.replace(/_(bucket|count|sum)$/, ''))
    expect(bare.filter((name) => !counted.has(name))).toEqual([])
  })
})
