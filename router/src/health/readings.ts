import { Counter, Gauge, type Registry } from 'prom-client'

/** The value of one series of a metric. */
export interface Reading {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** A metric that is counted elsewhere. */
export interface ReadMetric {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly read: () => Iterable<Reading>
}

/** Registers a counter that is read when somebody looks, so that what is counted costs no more than an addition. */
export function registerCounter(registry: Registry, { read, ...about }: ReadMetric): void {
  new Counter({
    ...about,
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, value } of read()) this.inc(labels, value)
    },
  })
}

/** The same for a number that goes up and down. */
export function registerGauge(registry: Registry, { read, ...about }: ReadMetric): void {
  new Gauge({
    ...about,
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, value } of read()) this.set(labels, value)
    },
  })
}
