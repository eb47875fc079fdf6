import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'

/** How a subgraph is recognised and how it recognises the router: names of PEM files. */
export interface TlsFileNames {
  /** Authorities that count instead of those that Node knows. */
  readonly ca?: string | undefined
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  /** The name that the subgraph's certificate must have, when it is not the host of its address. */
  readonly serverName?: string | undefined
}

/** TLS settings as Node takes them; PEM texts. */
export interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
}

/**
 * The certificates by which the router and a subgraph recognise each other, as they were last read. Throws, to begin
 * with, when a file cannot be read or they do not fit together.
 */
export class TlsFiles {
  readonly paths: readonly string[]
  readonly #names: TlsFileNames
  readonly #listeners = new Set<() => void>()
  #options: TlsOptions

  constructor(names: TlsFileNames) {
    const { ca, certificate, key } = names
    this.#names = names
    this.paths = [ca, certificate, key].filter((path) => path !== undefined)
    const texts = this.paths.map((path) => readFileSync(path, 'utf8'))
    this.#options = this.#optionsOf(texts)
  }

  /** For connections from now on. */
  get options(): TlsOptions {
    return this.#options
  }

  /** Reads the files again. Rejects when they cannot be used, as while they are being replaced; the last good ones stay. */
  async reload(): Promise<boolean> {
    const texts = await Promise.all(this.paths.map((path) => readFile(path, 'utf8')))
    const options = this.#optionsOf(texts)
    if (isDeepStrictEqual(options, this.#options)) return false
    this.#options = options
    for (const listener of this.#listeners) listener()
    return true
  }

  /** Calls the listener when others were read, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #optionsOf(texts: readonly string[]): TlsOptions {
    const textByPath = new Map(this.paths.map((path, index) => [path, texts[index]]))
    const { ca, certificate, key, serverName } = this.#names
    const written = {
      ca: textByPath.get(ca ?? ''),
      cert: textByPath.get(certificate ?? ''),
      key: textByPath.get(key ?? ''),
      servername: serverName,
    }
    const given = Object.entries(written).filter(([, value]) => value !== undefined)
    const options: TlsOptions = Object.fromEntries(given)
    // Connections would take a key that is not that of the certificate, and then fail one by one.
    createSecureContext(options)
    return options
  }
}
