import type { Logger } from './logger.ts'

/** Says once that something began to fail, and once that it works again, however often it is called in between. */
export interface OutageLog {
  failed(err: unknown): void
  succeeded(): void
}

export interface OutageSentences {
  readonly away: string
  readonly back: string
}

export function createOutageLog(log: Logger, sentences: OutageSentences): OutageLog {
  let away = false
  return {
    failed(err) {
      if (!away) log.warn({ err }, sentences.away)
      away = true
    },
    succeeded() {
      if (away) log.info(sentences.back)
      away = false
    },
  }
}
