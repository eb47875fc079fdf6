import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql'
import { GravityClientError } from './client-error.ts'
import type { GraphQLRequest } from './graphql-request.ts'
import type { LiveConnection } from './live-connection.ts'
import type { LiveSocket, StreamEnd } from './live-socket.ts'
import { type ReconnectPolicy, reconnectDelay, wait } from './reconnect-delay.ts'
import { isUnauthenticated, type SessionKeeper } from './session-keeper.ts'
import type { ClientSession } from './session-storage.ts'
import { nextStep } from './stream-next-step.ts'

/** What one subscription works with, over all its sockets. */
export interface SubscriptionStreamOptions {
  readonly connection: LiveConnection
  readonly keeper: SessionKeeper
  readonly policy: ReconnectPolicy
  readonly signal: AbortSignal
  /** The request for the next attempt: at first, and after each interruption. */
  nextRequest(): GraphQLRequest
  onData(data: unknown): void
  readonly onPartialErrors: ((errors: readonly GraphQLFormattedError[]) => void) | undefined
  readonly onInterruption: ((error: GravityClientError) => void) | undefined
}

interface Attempt {
  readonly end: StreamEnd
  readonly session: ClientSession | undefined
}

/** An attempt that went well for this long, or that brought an event, wipes out the failures before it. */
const steadyMs = 10_000

/** How often in a row the graph may refuse an operation with a code that should pass. */
const refusalsBeforeGivingUp = 8

/**
 * One subscription over as many sockets as it takes: passes events on, and after an interruption asks for what
 * follows the last event.
 */
export class SubscriptionStream {
  readonly #options: SubscriptionStreamOptions
  #signedIn = false
  #failuresInRow = 0
  #tokensRefusedInRow = 0

  constructor(options: SubscriptionStreamOptions) {
    this.#options = options
  }

  /** Runs until the server or the caller ends the stream; rejects when connecting again would not help. */
  async run(): Promise<void> {
    let more = true
    while (more && !this.#options.signal.aborted) more = await this.#runOnce()
  }

  /** One attempt and what follows from its end; false when the stream is complete. */
  async #runOnce(): Promise<boolean> {
    const startedAt = performance.now()
    const { end, session } = await this.#attempt()
    if (this.#options.signal.aborted) return false
    if (performance.now() - startedAt >= steadyMs) this.#forgetFailures()
    const step = nextStep(end, session !== undefined)
    switch (step.kind) {
      case 'finish':
        return false
      case 'fail':
        throw step.error
      case 'move':
        return true
      case 'renew':
        this.#options.onInterruption?.(step.error)
        await this.#renew(session, step.error)
        return true
      case 'retry':
        if (end.kind === 'refused' && this.#failuresInRow >= refusalsBeforeGivingUp)
          throw step.error
        await this.#pause(step.error, step.atLeastMs)
        return true
    }
  }

  async #attempt(): Promise<Attempt> {
    try {
      const socket = await this.#options.connection.open()
      if (this.#signedIn && !socket.session) {
        throw new GravityClientError('UNAUTHENTICATED', 'Signed out while subscribed.')
      }
      this.#signedIn = socket.session !== undefined
      return { end: await this.#streamOn(socket), session: socket.session }
    } catch (error) {
      if (!(error instanceof GravityClientError) || isUnauthenticated(error)) throw error
      const loss = { code: undefined, reason: error.message, retired: false, cause: error }
      return { end: { kind: 'lost', loss }, session: undefined }
    }
  }

  async #streamOn(socket: LiveSocket): Promise<StreamEnd> {
    const { signal, nextRequest } = this.#options
    const attempt = new AbortController()
    const leave = (): void => attempt.abort()
    signal.addEventListener('abort', leave)
    if (signal.aborted) leave()
    let lostEvent: readonly GraphQLFormattedError[] | undefined
    const end = await socket.stream({
      request: nextRequest(),
      signal: attempt.signal,
      onResult: (result) => {
        if (lostEvent || this.#accept(result)) return
        lostEvent = result.errors ?? []
        leave()
      },
    })
    signal.removeEventListener('abort', leave)
    return lostEvent ? { kind: 'refused', errors: lostEvent } : end
  }

  /** False for an event without data: it is lost unless the next attempt asks for it again. */
  #accept(result: FormattedExecutionResult<unknown>): boolean {
    if (result.data === undefined || result.data === null) return false
    this.#forgetFailures()
    this.#options.onData(result.data)
    if (result.errors && result.errors.length > 0) this.#options.onPartialErrors?.(result.errors)
    return true
  }

  async #renew(session: ClientSession | undefined, refusal: GravityClientError): Promise<void> {
    const { keeper } = this.#options
    if (!session) throw refusal
    this.#tokensRefusedInRow += 1
    if (this.#tokensRefusedInRow > 1) {
      await keeper.end(session)
      throw refusal
    }
    try {
      await keeper.renew(session)
    } catch (error) {
      if (!(error instanceof GravityClientError) || isUnauthenticated(error)) throw error
      await this.#pause(error, 0)
    }
  }

  async #pause(error: GravityClientError, atLeastMs: number): Promise<void> {
    const { policy, signal, onInterruption } = this.#options
    onInterruption?.(error)
    this.#failuresInRow += 1
    await wait(Math.max(atLeastMs, reconnectDelay(this.#failuresInRow, policy)), signal)
  }

  #forgetFailures(): void {
    this.#failuresInRow = 0
    this.#tokensRefusedInRow = 0
  }
}
