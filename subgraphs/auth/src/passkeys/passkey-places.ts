import { StartError } from '@gravity/shared/config/start-error'

/** Where passkeys are made and used. */
export interface PasskeyPlaces {
  /** They belong to it: the relying party's id (WebAuthn, 5.4.2). */
  readonly passkeyDomain: string
  /** The front ends that may use them. */
  readonly passkeyOrigins: readonly string[]
}

export interface GivenPlaces {
  readonly publicUrl: string
  readonly domain: string | undefined
  readonly origins: readonly string[] | undefined
}

/** What is not given is that of the public address. Throws a StartError when browsers would use none of it. */
export function passkeyPlacesOf({ domain, origins, publicUrl }: GivenPlaces): PasskeyPlaces {
  const url = reachedByName(publicUrl)
  const passkeyDomain = domain ?? url.hostname
  const passkeyOrigins = origins?.map((origin) => new URL(origin).origin) ?? [url.origin]
  const stranger = passkeyOrigins.find((origin) => !isWithin(new URL(origin), passkeyDomain))
  if (stranger !== undefined) {
    throw new StartError(
      `The origin ${stranger} cannot use passkeys of ${passkeyDomain}: set GRAVITY_AUTH_PASSKEY_DOMAIN to a domain that all of GRAVITY_AUTH_PASSKEY_ORIGINS are on or below.`,
    )
  }
  return { passkeyDomain, passkeyOrigins }
}

/** Browsers make no passkeys for the address of a machine, but for `localhost`. */
function reachedByName(publicUrl: string): URL {
  const url = new URL(publicUrl)
  if (['127.0.0.1', '[::1]'].includes(url.hostname)) url.hostname = 'localhost'
  return url
}

function isWithin({ hostname }: URL, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`)
}
