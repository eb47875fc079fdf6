/** What `/health/ready` tells of one dependency. */
export interface DependencyState {
  readonly status: 'up' | 'down'
  /** How long the check took. */
  readonly milliseconds: number
}

export interface Readiness {
  readonly ready: boolean
  readonly dependencies: Readonly<Record<string, DependencyState>>
  /** Why dependencies are down, for the log; never shown. */
  readonly failures: ReadonlyMap<string, unknown>
}

export interface ReadinessOptions {
  /** A check that takes longer counts as down. Default 2000. */
  readonly timeoutMs?: number
}

function withinTime(check: () => Promise<void>, timeoutMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs)
  // `async`, so that a check that throws at once is one that rejects.
  const run = async (): Promise<void> => check()
  void run()
    .then(resolve, reject)
    .finally(() => clearTimeout(timer))
  return promise
}

/** Runs all checks at once. Ready means that every one of them resolved in time; it never rejects. */
export async function checkReadiness(
  checks: Readonly<Record<string, () => Promise<void>>>,
  options: ReadinessOptions = {},
): Promise<Readiness> {
  const { timeoutMs = 2_000 } = options
  const failures = new Map<string, unknown>()
  const states = Object.entries(checks).map(async ([name, check]) => {
    const startedAt = performance.now()
    let status: DependencyState['status'] = 'up'
    try {
      await withinTime(check, timeoutMs)
    } catch (error) {
      status = 'down'
      failures.set(name, error)
    }
    const milliseconds = Math.round(performance.now() - startedAt)
    return [name, { status, milliseconds }] as const
  })
  const dependencies = Object.fromEntries(await Promise.all(states))
  return { ready: failures.size === 0, dependencies, failures }
}
