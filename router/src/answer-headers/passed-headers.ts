/** What becomes of a header that several answers of subgraphs have: the first or the last to come, or all values. */
export type HeaderMerge = 'first' | 'last' | 'append'

interface PassedHeader {
  readonly merge: HeaderMerge
  readonly values: readonly string[]
}

/** Names and values together; clients refuse answers whose headers take much more than twice of it. */
const longestBytes = 8_192

/** What the client gets of the headers of the subgraphs that took part in its answer. */
export class PassedHeaders {
  readonly #headers = new Map<string, PassedHeader>()

  get isEmpty(): boolean {
    return this.#headers.size === 0
  }

  /** Adds what one answer says under one name. */
  add(name: string, { values, merge }: PassedHeader): void {
    const known = this.#headers.get(name)
    if (!known || merge === 'last') this.#headers.set(name, { values, merge })
    else if (merge === 'append') {
      this.#headers.set(name, { values: [...known.values, ...values], merge })
    }
  }

  /** Adds those of another operation of the same request, each by its own rule. */
  addAll(others: PassedHeaders): void {
    for (const [name, header] of others.#headers) this.add(name, header)
  }

  /**
   * Names and values in turn, as `writeHead` takes them. `exposed` adds the header by which pages of other origins may
   * read them. What does not fit into 8 KiB is left out.
   */
  list(exposed: boolean): string[] {
    const list: string[] = []
    const names: string[] = []
    let bytes = 0
    for (const [name, { values }] of this.#headers) {
      // A cookie may hold a comma (RFC 9110, section 5.3).
      const lines = name === 'set-cookie' ? values : [values.join(', ')]
      bytes += lines.reduce((sum, line) => sum + name.length + line.length, 0)
      if (bytes > longestBytes) break
      names.push(name)
      for (const line of lines) list.push(name, line)
    }
    if (exposed && names.length > 0) list.push('access-control-expose-headers', names.join(', '))
    return list
  }
}
