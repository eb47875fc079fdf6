import { Socket } from 'node:net'
import type pg from 'pg'

/**
 * Ends a connection on which nothing was heard or said for so long (milliseconds; 0 for no limit): it idles, or the
 * network has lost it without a word, which TCP alone takes a quarter of an hour to notice. A statement that waits on
 * it rejects as for any lost connection. Returns what brings back the limit that was in force before.
 */
export function limitSilence(client: Pick<pg.Client, 'connection'>, silenceMs: number): () => void {
  const { stream } = client.connection
  // A stream of another kind, such as a test's, has no timer.
  if (!(stream instanceof Socket)) return () => undefined
  const before = stream.timeout ?? 0
  stream.removeAllListeners('timeout')
  stream.setTimeout(silenceMs)
  stream.once('timeout', () => {
    stream.destroy(new Error(`Connection terminated: nothing was heard for ${silenceMs} ms.`))
  })
  return () => {
    limitSilence(client, before)
  }
}
