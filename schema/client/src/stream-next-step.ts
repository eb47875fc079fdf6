import { codeOf, errorOfAnswer, GravityClientError } from './client-error.ts'
import {
  isProtocolMismatch,
  isTokenRefusal,
  type SocketLoss,
  type StreamEnd,
} from './live-socket.ts'

/** What a subscription does after its stream on one socket has ended. */
export type NextStep =
  | { readonly kind: 'finish' }
  | { readonly kind: 'fail'; readonly error: GravityClientError }
  /** The socket was closed on purpose: continue on the next one. */
  | { readonly kind: 'move' }
  /** Continue after a pause. */
  | { readonly kind: 'retry'; readonly error: GravityClientError; readonly atLeastMs: number }
  /** The viewer's token was refused: renew it, then continue. */
  | { readonly kind: 'renew'; readonly error: GravityClientError }

/** Codes of failures that pass by themselves. */
const passingCodes = new Set(['SUBGRAPH_UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR'])

/** Decides from how the stream ended, and whether a viewer was signed in on its socket. */
export function nextStep(end: StreamEnd, signedIn: boolean): NextStep {
  if (end.kind === 'completed') return { kind: 'finish' }
  if (end.kind === 'lost') return afterLoss(end.loss, signedIn)
  const error = errorOfAnswer(end.errors, undefined)
  if (end.errors.some((one) => codeOf(one) === 'UNAUTHENTICATED')) {
    return { kind: signedIn ? 'renew' : 'fail', error }
  }
  if (!passingCodes.has(error.code)) return { kind: 'fail', error }
  return { kind: 'retry', error, atLeastMs: retryAfterMs(error) }
}

function afterLoss(loss: SocketLoss, signedIn: boolean): NextStep {
  if (loss.retired) return { kind: 'move' }
  const closed = loss.code === undefined ? loss.reason : `Closed with ${loss.code}: ${loss.reason}`
  if (isTokenRefusal(loss)) {
    const error = new GravityClientError('UNAUTHENTICATED', closed, { cause: loss.cause })
    return { kind: signedIn ? 'renew' : 'fail', error }
  }
  if (isProtocolMismatch(loss)) {
    const error = new GravityClientError('BAD_RESPONSE', closed, { cause: loss.cause })
    return { kind: 'fail', error }
  }
  const error = new GravityClientError('NETWORK_ERROR', closed, { cause: loss.cause })
  return { kind: 'retry', error, atLeastMs: 0 }
}

function retryAfterMs(error: GravityClientError): number {
  const { retryAfterSeconds }: { readonly retryAfterSeconds?: unknown } =
    error.errors[0]?.extensions ?? {}
  const isTime = typeof retryAfterSeconds === 'number' && Number.isFinite(retryAfterSeconds)
  return isTime ? retryAfterSeconds * 1_000 : 0
}
