import { readFile } from 'node:fs/promises'
import type { Server } from 'node:https'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { StartError } from '@gravity/shared/config/start-error'
import type { Logger } from '@gravity/shared/log/logger'
import { type FileWatch, watchFiles } from '../files/watch-files.ts'
import type { TlsFiles } from './config.ts'

/**
 * Gives a server its certificate, and another one whenever the files change; connections that are open keep theirs.
 * Files that do not fit together, as between the writing of a certificate and of its key, keep the last good ones.
 * Throws a StartError when there are none to begin with.
 */
export async function useCertificate(
  server: Server,
  files: TlsFiles,
  log: Logger,
): Promise<FileWatch> {
  const paths = pathsOf(files)
  const watch = await watchFiles({
    paths,
    async onChange() {
      server.setSecureContext(await read(files))
      log.info({ paths }, 'The TLS certificate was exchanged.')
    },
    log,
  })
  try {
    server.setSecureContext(await read(files))
  } catch (cause) {
    watch.stop()
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(
      `The files of GRAVITY_ROUTER_TLS_CERTIFICATE and GRAVITY_ROUTER_TLS_KEY cannot be used: ${reason}`,
      { cause },
    )
  }
  return watch
}

function pathsOf({ certificate, key, clientAuthority }: TlsFiles): string[] {
  return [certificate, key, ...(clientAuthority === undefined ? [] : [clientAuthority])]
}

async function read(files: TlsFiles): Promise<SecureContextOptions> {
  const [cert, key, ca] = await Promise.all(pathsOf(files).map((path) => readFile(path)))
  const context = { cert, key, ...(ca && { ca }) }
  // Throws when the key is not that of the certificate; a server would take it and refuse every handshake.
  createSecureContext(context)
  return context
}
