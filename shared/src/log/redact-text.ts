/** What stands in the place of a secret, in logs and in sentences. */
export const HIDDEN = '‹hidden›'

const longestText = 16_384

// Every quantifier that could meet an attacker's text is bounded, so that no line takes quadratic time.
const rules: readonly (readonly [RegExp, string])[] = [
  // The password of a URL. `host:8000/a@b` has a port there, not a password.
  [
    /\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/?#@"'<>]{0,200}):(?!\d{1,5}(?:[/?#\s"'<>,;)\]]|$))[^\s"'<>]{0,1000}@/gi,
    `$1:${HIDDEN}@`,
  ],
  [/\b(Bearer|Basic)\s+[\w.~+/-]{6,}=*/gi, `$1 ${HIDDEN}`],
  // A JSON Web Token is recognised wherever it stands: its first part begins with the letters of `{"`.
  [/\beyJ[\w-]{4,2000}\.[\w-]{4,8000}(?:\.[\w-]{0,2000})?/g, HIDDEN],
  // An API key; its first part may be shown.
  [/\b(gravity_[a-z0-9]{8}_)[\w-]{43}/g, `$1${HIDDEN}`],
  // What an OAuth provider sends back, and what proves that it was asked for.
  [/([?&](?:code|code_verifier)=)[^\s&"'<>]{1,4000}/gi, `$1${HIDDEN}`],
  [/-----BEGIN ([A-Z ]{0,40})PRIVATE KEY-----[\s\S]{1,8000}?-----END \1PRIVATE KEY-----/g, HIDDEN],
  // `password: "…"` in JSON, GraphQL and object literals, also with the quotes escaped once more.
  [
    /((?:password|passphrase|secret|token|authorization|cookie|api_?key)\\?["']?\s{0,5}[:=]\s{0,5})(\\?["'])(?:(?!\2).){1,4000}\2/gi,
    `$1$2${HIDDEN}$2`,
  ],
  // `password=…` in query strings, connection strings and cookies.
  [
    /((?:password|passphrase|secret|token|api_?key)=)(?!["'\\‹])[^\s&;,"'<>)\]}]{1,4000}/gi,
    `$1${HIDDEN}`,
  ],
]

/**
 * Hides what looks like a secret inside a text: passwords in URLs, Authorization values, JSON Web Tokens, private
 * keys, and quoted or `=` values of names such as password and token. Cuts texts above 16,384 characters.
 */
export function redactText(text: string): string {
  const kept =
    text.length > longestText
      ? `${text.slice(0, longestText)}… (${text.length - longestText} more characters)`
      : text
  return rules.reduce(
    (result, [pattern, replacement]) => result.replace(pattern, replacement),
    kept,
  )
}
