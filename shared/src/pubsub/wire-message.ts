/** The JSON text of a message. Throws TypeError for what JSON cannot carry: undefined, functions, cycles, bigints. */
export function encodeMessage(message: unknown): string {
  const text: string | undefined = JSON.stringify(message)
  if (text === undefined) throw new TypeError('A message must survive JSON.')
  return text
}

/** The message in a text, deeply frozen so that many listeners can share it. Throws SyntaxError when it is no JSON. */
export function decodeMessage(text: string): unknown {
  return JSON.parse(text, (_name, value: unknown) => Object.freeze(value))
}
