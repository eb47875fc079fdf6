import type { Logger } from '@gravity/shared/log/logger'
import { watchFiles } from '../files/watch-files.ts'
import type { TlsFiles } from './tls-files.ts'
import type { TrafficConfig } from './traffic-settings.ts'

/**
 * Reads the certificates for subgraphs again whenever their files change, until it is stopped. Files that do not fit
 * together keep the last good ones, and are logged.
 */
export async function watchTls(
  { all, subgraphs }: TrafficConfig,
  log: Logger,
): Promise<{ stop(): void }> {
  const used = [all, ...subgraphs.values()].flatMap(({ tls }) => tls ?? [])
  const watches = await Promise.all([...new Set(used)].map((files) => watchOne(files, log)))
  return {
    stop() {
      for (const watch of watches) watch.stop()
    },
  }
}

async function watchOne(files: TlsFiles, log: Logger) {
  const { paths } = files
  const onChange = async (): Promise<void> => {
    if (await files.reload()) log.info({ paths }, 'The certificates for subgraphs were exchanged.')
  }
  const watch = await watchFiles({ paths, onChange, log })
  // They may have changed since the configuration was read.
  await onChange().catch((err: unknown) =>
    log.warn({ err, paths }, 'A changed file cannot be used.'),
  )
  return watch
}
