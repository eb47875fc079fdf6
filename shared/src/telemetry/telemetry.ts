/**
 * Terminology
 * - Span: one piece of work with a beginning and an end, in a tree that spans processes (a trace).
 * - Telemetry: where spans and measurements go. The code that makes them knows this port and no library.
 */

export type AttributeValue = string | number | boolean | readonly string[]
/** Facts about a span or a measurement; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>

/** Whether a span answers a caller, calls somebody, follows an event, or is neither. */
export type SpanKind = 'server' | 'client' | 'consumer' | 'internal'

export interface SpanOptions {
  readonly kind: SpanKind
  /** A W3C `traceparent`; without a well-formed one the span begins a trace. */
  readonly parent?: string | undefined
  /** `traceparent`s of spans that led to this one without containing it. */
  readonly links?: readonly string[]
  readonly attributes?: Attributes
}

/** How a span ended. */
export interface SpanEnd {
  readonly attributes?: Attributes | undefined
  /** What went wrong, as one of few words: a code or a status. Never a message, which may quote what a person sent. */
  readonly errorType?: string | undefined
}

export interface TelemetrySpan {
  /** The W3C `traceparent` that makes what follows a child of this span. */
  readonly traceparent: string
  setAttributes(attributes: Attributes): void
  /** Renames the span, when what it does is known only after it has begun. */
  setName(name: string): void
  end(end?: SpanEnd): void
}

/** Records one measurement. */
export type Measure = (value: number, attributes?: Attributes) => void

export interface HistogramOptions {
  readonly unit: string
  readonly description: string
  /** The upper bounds of the buckets; those of the semantic conventions for durations by default. */
  readonly boundaries?: readonly number[]
}

export interface CounterReading {
  readonly value: number
  readonly attributes: Attributes
}

export interface Telemetry {
  beginSpan(name: string, options: SpanOptions): TelemetrySpan
  /** Finds or makes a histogram. */
  histogram(name: string, options: HistogramOptions): Measure
  /** Finds or makes a number that goes up and down. */
  gauge(name: string, options: Omit<HistogramOptions, 'boundaries'>): Measure
  /** A counter that is kept elsewhere and read whenever measurements are sent. */
  counter(
    name: string,
    options: Omit<HistogramOptions, 'boundaries'>,
    read: () => readonly CounterReading[],
  ): void
  /** Sends what is left, for at most a few seconds. */
  stop(): Promise<void>
}
