import type { RequestIdentity, Viewer } from './viewer.ts'

/**
 * Terminology
 * - Delegated viewer: a person on whose behalf a program acts by an access token or a key that was made for it, or a
 *   service account. It may do what its scopes say and nothing else, while a person who signed in by themselves needs no
 *   scope for what is their own.
 * - Domain: the name of a subgraph, and the first half of the scopes about it.
 */

/** Scopes of OpenID Connect that show something of a domain. */
const domainOfScope: Readonly<Record<string, string>> = { email: 'auth' }

/**
 * The identity as a subgraph may see it: a delegated viewer without any scope of its domain is a stranger there, so that
 * nothing private can be read by way of fields that are open to everybody.
 */
export function identityWithin(domain: string, identity: RequestIdentity): RequestIdentity {
  const { viewer } = identity
  if (!viewer || viewer.clientId === undefined) return identity
  const isKnown = viewer.scopes.some(
    (scope) => (domainOfScope[scope] ?? domainOf(scope)) === domain,
  )
  return isKnown ? identity : { ...identity, viewer: null }
}

/** The scope that a delegated viewer lacks for what every signed-in person may do; undefined when it lacks none. */
export function missingScope(
  viewer: Viewer,
  { domain, changes }: { readonly domain: string; readonly changes: boolean },
): string | undefined {
  if (viewer.clientId === undefined) return undefined
  const needed = `${domain}:${changes ? 'write' : 'read'}`
  const suffices = (scope: string) =>
    changes ? scope === needed : domainOf(scope) === domain && scope.includes(':')
  return viewer.scopes.some(suffices) ? undefined : needed
}

function domainOf(scope: string): string {
  return scope.split(':', 1)[0] ?? ''
}
