/** The upper bounds of the buckets, in seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** Durations with the same labels. */
export class DurationSeries {
  /** As they are written. */
  readonly #labels: string
  /** How many fell into each bucket, and in the end how many were longer than all bounds. */
  readonly #counts = new Float64Array(bounds.length + 1)
  #sum = 0

  constructor(labels: string) {
    this.#labels = labels
  }

  observe(milliseconds: number): void {
    const seconds = milliseconds / 1_000
    let bucket = 0
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket += 1
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sum += seconds
  }

  /** The series in the Prometheus text format. */
  text(name: string): string {
    const separator = this.#labels === '' ? '' : ','
    let count = 0
    let text = ''
    for (const [bucket, bound] of [...bounds, '+Inf'].entries()) {
      count += this.#counts[bucket] ?? 0
      text += `${name}_bucket{${this.#labels}${separator}le="${bound}"} ${count}\n`
    }
    return `${text}${name}_sum{${this.#labels}} ${this.#sum}\n${name}_count{${this.#labels}} ${count}\n`
  }
}

/**
 * A Prometheus histogram of durations. `prom-client` has one as well, but looks its labels up at every observation,
 * which costs a request more than all the rest that is measured of it.
 */
export class DurationHistogram {
  readonly #name: string
  readonly #help: string
  readonly #series = new Map<string, DurationSeries>()

  constructor({ name, help }: { readonly name: string; readonly help: string }) {
    this.#name = name
    this.#help = help
  }

  /** Finds or opens a series; to be kept by whoever observes in it. */
  series(labels: Readonly<Record<string, string>>): DurationSeries {
    const written = Object.entries(labels)
      .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, escapeCharacter)}"`)
      .join()
    const series = this.#series.get(written) ?? new DurationSeries(written)
    this.#series.set(written, series)
    return series
  }

  /** All series in the Prometheus text format. */
  text(): string {
    const series = [...this.#series.values()].map((each) => each.text(this.#name)).join('')
    return `# HELP ${this.#name} ${this.#help}\n# TYPE ${this.#name} histogram\n${series}`
  }
}

function escapeCharacter(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`
}
