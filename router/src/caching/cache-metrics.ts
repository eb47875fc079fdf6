import type { Registry } from 'prom-client'
import { type Reading, registerCounter, registerGauge } from '../health/readings.ts'
import type { CacheCounts } from './tagged-cache.ts'

export type CacheName = 'response' | 'entity'

/** What is kept now, and what has happened since the start. */
export interface CacheReading {
  readonly size: number
  readonly bytes: number
  readonly counts: Readonly<CacheCounts>
}

/** The caches of a router by their names; those that are off are absent. */
export type CacheReadings = ReadonlyMap<CacheName, CacheReading>

const removals = ['invalidated', 'expired', 'evicted'] as const

/** How often something was found, or had to be fetched although it may be kept. */
export function cacheRequests(caches: CacheReadings): Reading[] {
  return [...caches].flatMap(([cache, { counts }]) => [
    { labels: { cache, result: 'hit' }, value: counts.hits },
    { labels: { cache, result: 'miss' }, value: counts.misses },
  ])
}

/** Registers what is known of the caches. */
export function registerCacheMetrics(registry: Registry, caches: CacheReadings): void {
  const each = (read: (cache: CacheReading) => number) => (): Reading[] =>
    [...caches].map(([cache, reading]) => ({ labels: { cache }, value: read(reading) }))
  const labelNames = ['cache']
  registerCounter(registry, {
    name: 'gravity_router_cache_requests_total',
    help: 'Answers and entities by whether they were kept; what may not be kept does not count.',
    labelNames: ['cache', 'result'],
    read: () => cacheRequests(caches),
  })
  registerCounter(registry, {
    name: 'gravity_router_cache_stored_total',
    help: 'Answers and entities that were kept.',
    labelNames,
    read: each(({ counts }) => counts.stored),
  })
  registerCounter(registry, {
    name: 'gravity_router_cache_removed_total',
    help: 'Kept answers and entities that were forgotten: changed, too old, or in the way of others.',
    labelNames: ['cache', 'reason'],
    read: () =>
      [...caches].flatMap(([cache, { counts }]) =>
        removals.map((reason) => ({ labels: { cache, reason }, value: counts[reason] })),
      ),
  })
  registerGauge(registry, {
    name: 'gravity_router_cache_entries',
    help: 'Answers and entities that are kept now.',
    labelNames,
    read: each(({ size }) => size),
  })
  registerGauge(registry, {
    name: 'gravity_router_cache_bytes',
    help: 'What they take in memory, roughly.',
    labelNames,
    read: each(({ bytes }) => bytes),
  })
}
