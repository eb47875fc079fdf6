/** A controller that also aborts, for the same reason, when the signal does. */
export function abortWith(signal: AbortSignal): AbortController {
  const controller = new AbortController()
  const stop = (): void => controller.abort(signal.reason)
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { signal: controller.signal })
  return controller
}
