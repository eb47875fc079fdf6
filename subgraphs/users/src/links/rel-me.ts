/** Longer tags than this are not links that people write. */
const longestTag = 4_096

/**
 * The addresses to which a page says `rel="me"` (https://microformats.org/wiki/rel-me), made absolute. Reads the tags `a`
 * and `link` in linear time; what is written in comments does not count.
 */
export function relMeAddresses(html: string, pageUrl: string): string[] {
  const found: string[] = []
  for (const tag of tagsOf(html)) {
    const attributes = attributesOf(tag)
    const rels = (attributes.get('rel') ?? '').toLowerCase().split(/\s+/)
    const href = attributes.get('href')
    const address = href === undefined ? null : URL.parse(decoded(href), pageUrl)
    if (rels.includes('me') && address) found.push(address.href)
  }
  return found
}

/** What stands between `<a` or `<link` and the end of the tag. */
function* tagsOf(html: string): Generator<string> {
  let at = 0
  for (;;) {
    const start = html.indexOf('<', at)
    if (start < 0) return
    if (html.startsWith('<!--', start)) {
      const end = html.indexOf('-->', start + 4)
      if (end < 0) return
      at = end + 3
      continue
    }
    const head = /^<(?:a|link)(?=[\s/])/i.exec(html.slice(start, start + 6))
    const end = head ? endOfTag(html, start) : undefined
    if (head && end !== undefined) yield html.slice(start + head[0].length, end)
    // What does not close soon is no tag; it is not read again, so that the whole takes linear time.
    at = end ?? start + (head ? longestTag : 1)
  }
}

/** Where the tag closes, outside quotes; undefined when it does not soon. */
function endOfTag(html: string, start: number): number | undefined {
  let quote = ''
  for (let at = start; at < Math.min(html.length, start + longestTag); at += 1) {
    const character = html.charAt(at)
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '>') return at
  }
  return undefined
}

function attributesOf(tag: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const match of tag.matchAll(
    /(?<=^|[\s"'/])([^\s"'>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g,
  )) {
    const [, name = '', double, single, bare] = match
    const key = name.toLowerCase()
    if (!attributes.has(key)) attributes.set(key, double ?? single ?? bare ?? '')
  }
  return attributes
}

function decoded(text: string): string {
  return text.replaceAll('&#x2F;', '/').replaceAll('&#47;', '/').replaceAll('&amp;', '&').trim()
}
