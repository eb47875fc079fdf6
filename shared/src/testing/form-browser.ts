/** A browser as far as forms need one: it keeps cookies, follows redirects within one origin, and fills in forms. */
export class FormBrowser {
  readonly #cookies = new Map<string, Map<string, string>>()
  /** Of the page that is shown. */
  url = ''
  status = 0
  text = ''
  headers = new Headers()

  /** Follows redirects, and links that pages go on to by themselves, until a page or an address of `stopAt`. */
  async open(url: string, options: { readonly stopAt?: string } = {}): Promise<void> {
    await this.#go(url, { method: 'GET' }, options.stopAt)
  }

  /** Sends the form of the page with these fields. */
  async submit(
    fields: Readonly<Record<string, string>>,
    options: { readonly stopAt?: string } = {},
  ): Promise<void> {
    const action = unescaped(/<form method="post" action="([^"]*)"/.exec(this.text)?.[1] ?? '')
    if (action === '') throw new Error(`There is no form: ${this.text}`)
    const body = new URLSearchParams()
    for (const [, tag = ''] of this.text.matchAll(/<input type="hidden"([^>]*)>/g)) {
      const name = /name="([^"]*)"/.exec(tag)?.[1]
      const value = /value="([^"]*)"/.exec(tag)?.[1]
      if (name !== undefined && value !== undefined) body.set(name, unescaped(value))
    }
    for (const [name, value] of Object.entries(fields)) body.set(name, value)
    const target = new URL(action, this.url).href
    await this.#go(target, { method: 'POST', body }, options.stopAt)
  }

  cookiesOf(url: string): string {
    const jar = this.#cookies.get(new URL(url).origin) ?? new Map<string, string>()
    return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async #go(url: string, init: RequestInit, stopAt = 'https://shop.example/'): Promise<void> {
    this.url = url
    if (url.startsWith(stopAt)) return
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { cookie: this.cookiesOf(url) },
    })
    this.#keep(url, response.headers.getSetCookie())
    this.status = response.status
    this.headers = response.headers
    this.text = await response.text()
    const next = response.headers.get('location') ?? this.#refresh()
    if (next !== undefined) await this.#go(new URL(next, url).href, { method: 'GET' }, stopAt)
  }

  #refresh(): string | undefined {
    const target = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(this.text)?.[1]
    return target === undefined ? undefined : unescaped(target)
  }

  #keep(url: string, setCookies: readonly string[]): void {
    const { origin } = new URL(url)
    const jar = this.#cookies.get(origin) ?? new Map<string, string>()
    this.#cookies.set(origin, jar)
    for (const header of setCookies) {
      const [pair = ''] = header.split(';')
      const equals = pair.indexOf('=')
      jar.set(pair.slice(0, equals), pair.slice(equals + 1))
    }
  }
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
