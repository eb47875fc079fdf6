/**
 * The program cannot start, and the person at the terminal can change that. `message` is written for that person:
 * a sentence that names what is wrong and what to do. Whoever starts a program prints the message alone, without a
 * stack, and exits with status 1; `cause` is for the debug log.
 */
export class StartError extends Error {
  override readonly name = 'StartError'
}
