/** Where the supergraph comes from. A source is started once and tells every later change. */
export interface SupergraphSource {
  /**
   * Resolves with the SDL to begin with; `onChange` is called with each later one, until `stop`. Rejects when there is
   * nothing to begin with, with a sentence that says what to do.
   */
  start(onChange: (sdl: string) => void): Promise<string>
  stop(): Promise<void>
}

/** A supergraph that never changes. */
export function staticSource(sdl: string): SupergraphSource {
  return {
    start: async () => sdl,
    stop: async () => undefined,
  }
}
