/** Thrown by a job or consumer that can never succeed with this input: it is not tried again. */
export class UnrecoverableError extends Error {
  override readonly name = 'UnrecoverableError'
}
