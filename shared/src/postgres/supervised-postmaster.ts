import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../log/logger.ts'
import { freePort } from './free-port.ts'
import { endLeftovers } from './leftovers.ts'
import { launchPostmaster, type Postmaster, type PostmasterOptions } from './postmaster.ts'
import { explainStartFailure, startError } from './start-failure.ts'

export interface SupervisedOptions extends Omit<PostmasterOptions, 'port'> {
  /** Any free one when absent or 0. */
  readonly port?: number
}

const freePortAttempts = 5
// Processes of a killed PostgreSQL need moments to notice; until then the next one refuses to start.
const busyAttempts = 100
const busyPauseMs = 100
const restartPausesMs = [0, 250, 1_000, 5_000, 15_000] as const
// A server that ran this long and dies is a new incident, not the same one again.
const steadyMs = 60_000

/** Starts PostgreSQL and keeps it running. Rejects with a StartError when the first start fails. */
export async function startSupervised(options: SupervisedOptions): Promise<SupervisedPostmaster> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort())
    try {
      const fixed = { ...options, port }
      return new SupervisedPostmaster(fixed, await launchPatiently(fixed))
    } catch (error) {
      const chosenForUs = !options.port
      const lostTheRace = error instanceof LaunchFailure && error.kind === 'port-taken'
      if (!(chosenForUs && lostTheRace && attempt < freePortAttempts)) {
        throw error instanceof LaunchFailure ? error.cause : error
      }
    }
  }
}

class LaunchFailure extends Error {
  override readonly name = 'LaunchFailure'
  readonly kind: 'retry' | 'port-taken' | 'fatal'

  constructor(kind: LaunchFailure['kind'], cause: Error) {
    super(cause.message, { cause })
    this.kind = kind
  }
}

async function launchPatiently(options: PostmasterOptions): Promise<Postmaster> {
  const { dataDirectory } = options.place
  for (let attempt = 1; ; attempt++) {
    const launch = await launchPostmaster(options)
    if (launch.postmaster) return launch.postmaster
    const failed = { dataDirectory, port: options.port, lines: launch.lines }
    const { kind } = explainStartFailure(failed)
    if (kind !== 'retry' || attempt === busyAttempts) {
      throw new LaunchFailure(kind, startError(failed))
    }
    await delay(busyPauseMs)
  }
}

/** A PostgreSQL that is started again, on the same port, when it dies without having been stopped. */
export class SupervisedPostmaster {
  readonly port: number
  readonly #options: PostmasterOptions
  readonly #log: Logger
  readonly #stopping = new AbortController()
  #postmaster: Postmaster | undefined
  #restarting: Promise<void> | undefined

  constructor(options: PostmasterOptions, postmaster: Postmaster) {
    this.port = options.port
    this.#options = options
    this.#log = options.log
    this.#supervise(postmaster)
  }

  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    this.#stopping.abort()
    await this.#restarting
    const postmaster = this.#postmaster
    this.#postmaster = undefined
    await postmaster?.shutDown(mode)
  }

  #supervise(postmaster: Postmaster, deaths = 0): void {
    this.#postmaster = postmaster
    const startedAt = performance.now()
    void postmaster.exited.then(() => {
      if (this.#stopping.signal.aborted) return
      this.#postmaster = undefined
      const again = performance.now() - startedAt > steadyMs ? 0 : deaths
      this.#restarting = this.#restart(again).finally(() => {
        this.#restarting = undefined
      })
    })
  }

  async #restart(deaths: number): Promise<void> {
    const { signal } = this.#stopping
    for (const [index, pause] of [...restartPausesMs].slice(deaths).entries()) {
      this.#log.error({ port: this.port }, 'PostgreSQL ended unexpectedly and is started again.')
      try {
        await delay(pause, undefined, { signal })
        await endLeftovers(this.#options.place.dataDirectory, this.#log)
        const postmaster = await launchPatiently(this.#options)
        this.#supervise(postmaster, deaths + index + 1)
        return
      } catch (error) {
        if (signal.aborted) return
        this.#log.error({ err: error }, 'PostgreSQL could not be started again.')
      }
    }
    this.#log.fatal(
      { port: this.port },
      'PostgreSQL keeps ending: stop Gravity and start it again.',
    )
  }
}
