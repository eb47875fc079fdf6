/** How every API key begins, so that people and scanners for lost secrets recognise one. */
const beginning = 'gravity_'

/**
 * The form of an API key: `gravity_`, eight characters that may be shown to tell keys apart, and 256 bits in base64url.
 */
const form = /^gravity_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/

/** Whether a bearer token is meant as an API key; whether it is well-formed is another question. */
export function isApiKey(token: string): boolean {
  return token.startsWith(beginning)
}

export function isWellFormedApiKey(token: string): boolean {
  return form.test(token)
}

/** The API key of a visible part and a secret one. */
export function apiKeyOf(visible: string, secret: string): string {
  return `${visiblePartOf(visible)}_${secret}`
}

/** What may be shown of a key, as `gravity_` and eight characters. */
export function visiblePartOf(visible: string): string {
  return `${beginning}${visible}`
}

/** Where the auth service tells the router, and nobody else, who a key stands for. */
export const API_KEY_PATH = '/oauth/api-key'
