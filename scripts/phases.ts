/** Prints each step of a start with the time that it took, so that a person sees what they are waiting for. */
export interface Phases {
  /** Runs a step and prints its line when it has ended. */
  run<T>(title: string, step: () => Promise<T>): Promise<T>
  /** Prints the line of a step that was measured elsewhere. */
  report(title: string, seconds: number): void
}

export function printedPhases(print: (line: string) => void): Phases {
  const report = (title: string, seconds: number) =>
    print(`  ${title.padEnd(34)} ${seconds.toFixed(1).padStart(6)} s`)
  return {
    report,
    async run(title, step) {
      const started = performance.now()
      const result = await step()
      report(title, (performance.now() - started) / 1_000)
      return result
    },
  }
}

/** Steps without output, for tests and benchmarks. */
export const silentPhases: Phases = { run: (_title, step) => step(), report: () => undefined }
