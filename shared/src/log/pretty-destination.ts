import { prettyFactory } from 'pino-pretty'

/** Formats pino's lines for a person, with colours when `output` is a terminal. */
export function prettyDestination(
  output: { write(line: string): unknown },
  terminal: boolean,
): { write(line: string): void } {
  const prettify = prettyFactory({
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    singleLine: true,
    // A destination that a caller chose is not a terminal.
    ...(!terminal && { colorize: false }),
  })
  return {
    write(line) {
      output.write(prettify(line) ?? line)
    },
  }
}
