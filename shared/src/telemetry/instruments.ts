import type { Meter } from '@opentelemetry/api'
import { known } from './spans.ts'
import type { Measure, Telemetry } from './telemetry.ts'

/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration */
const durationBoundaries = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

/** The measuring half of telemetry, over a meter. */
export function createInstruments(
  meter: Meter,
): Pick<Telemetry, 'histogram' | 'gauge' | 'counter'> {
  const measures = new Map<string, Measure>()
  const once = (name: string, make: () => Measure): Measure => {
    const measure = measures.get(name) ?? make()
    measures.set(name, measure)
    return measure
  }
  return {
    histogram: (name, { unit, description, boundaries = durationBoundaries }) =>
      once(name, () => {
        const advice = { explicitBucketBoundaries: [...boundaries] }
        const histogram = meter.createHistogram(name, { unit, description, advice })
        return (value, attributes = {}) => histogram.record(value, known(attributes))
      }),
    gauge: (name, options) =>
      once(name, () => {
        const counter = meter.createUpDownCounter(name, options)
        return (value, attributes = {}) => counter.add(value, known(attributes))
      }),
    counter(name, options, read) {
      meter.createObservableCounter(name, options).addCallback((result) => {
        for (const { value, attributes } of read()) result.observe(value, known(attributes))
      })
    },
  }
}
