import { eventually } from '@gravity/shared/testing/eventually'
import {
  type ReceivedSpan,
  startCollector,
  type TelemetryCollector,
} from '@gravity/shared/testing/telemetry-collector'
import { describe, expect, it } from '@jest/globals'
import { arrives } from './person.ts'
import { type RunningGravity, startAsManyProcesses, startAsOneProcess } from './running-gravity.ts'

function environmentFor({ url }: TelemetryCollector): NodeJS.ProcessEnv {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  }
}

/** Registers somebody and asks for the profile; the spans of that last query. */
async function spansOfAProfile(
  gravity: RunningGravity,
  collector: TelemetryCollector,
): Promise<readonly ReceivedSpan[]> {
  const ada = await arrives(gravity.url, 'Ada Traced')
  const { data } = await ada.ask('query Profile { me { displayName } }')
  expect(data).toEqual({ me: { displayName: 'Ada Traced' } })
  return eventually(() => {
    const query = collector.spans.find(({ name }) => name === 'query Profile')
    const spans = collector.spans.filter(({ traceId }) => traceId === query?.traceId)
    expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['users query']))
    expect(spans.some(({ attributes }) => attributes['gravity.subgraph'] === 'users')).toBe(true)
    return spans
  })
}

describe('traces of the platform', () => {
  it('reach the statements of its services in one process', async () => {
    await using collector = await startCollector()
    const gravity = await startAsOneProcess({ env: environmentFor(collector) })
    try {
      const spans = await spansOfAProfile(gravity, collector)

      const call = spans.find(({ name }) => name === 'users query')
      const service = spans.find(({ attributes }) => attributes['gravity.subgraph'] === 'users')
      expect(service).toMatchObject({ service: 'gravity', parentSpanId: call?.spanId })
      expect(service?.attributes['gravity.database.statements']).toBe(1)
    } finally {
      await gravity.stop()
    }
    expect(collector.bytes()).not.toMatch(/Ada Traced|example\.org|correct horse/)
  }, 120_000)

  it('and in one for each service', async () => {
    await using collector = await startCollector()
    const gravity = await startAsManyProcesses({ env: environmentFor(collector) })
    if (!gravity) throw new Error('There is no Redis.')
    try {
      const spans = await spansOfAProfile(gravity, collector)

      const call = spans.find(({ name }) => name === 'users query')
      const service = spans.find(({ attributes }) => attributes['gravity.subgraph'] === 'users')
      expect(call).toMatchObject({ service: 'gravity-router' })
      expect(service).toMatchObject({ service: 'gravity-users', parentSpanId: call?.spanId })
      expect(service?.attributes['gravity.database.statements']).toBe(1)
    } finally {
      await gravity.stop()
    }
    expect(collector.bytes()).not.toMatch(/Ada Traced|example\.org|correct horse/)
  }, 120_000)
})
