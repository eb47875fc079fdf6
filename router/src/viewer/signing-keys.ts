import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import {
  type CryptoKey,
  createLocalJWKSet,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import type { KeySource } from './key-source.ts'

export interface SigningKeysOptions {
  readonly source: KeySource
  readonly now: () => Date
  readonly log: Logger
}

export interface SigningKeys {
  /** The key that a token names. Throws jose's `JWKSNoMatchingKey`, or SUBGRAPH_UNAVAILABLE when none can be fetched. */
  find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey>
  /** Whether the set, as last fetched, holds the key. */
  has(keyId: string): boolean
}

/** A token with an unknown key asks the source again, but strangers must not make the router ask without end. */
const cooldownMs = 10_000
/** After this the set is fetched again behind the scenes, so that a withdrawn key stops being trusted. */
const freshMs = 300_000

interface FetchedKeys {
  readonly resolve: ReturnType<typeof createLocalJWKSet>
  readonly keyIds: ReadonlySet<string>
}

/**
 * Keeps the key set of the auth service: fetched when first needed, again for an unknown `kid` (at most once in ten
 * seconds), and every five minutes while in use. While the source is away the last known set goes on being used.
 */
export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  let known: FetchedKeys | undefined
  let fetchedAt = Number.NEGATIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<FetchedKeys> | undefined

  const now = () => options.now().getTime()

  function ask(): Promise<FetchedKeys> {
    askedAt = now()
    asking ??= fetchKeys(options.source)
      .then((fetched) => {
        fetchedAt = now()
        known = fetched
        return fetched
      })
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  async function keysFor(keyId: string): Promise<FetchedKeys> {
    if (!known) return ask()
    const rested = now() - askedAt >= cooldownMs
    if (!known.keyIds.has(keyId)) return rested || asking ? ask() : known
    refreshWhenOld()
    return known
  }

  function refreshWhenOld(): void {
    if (now() - askedAt < cooldownMs || now() - fetchedAt < freshMs) return
    ask().catch((err: unknown) => options.log.warn({ err }, 'The key set could not be refreshed.'))
  }

  return {
    find: async (header, token) => (await keysFor(header.kid ?? '')).resolve(header, token),
    has(keyId) {
      // Remembered tokens come this way only, and their key may have been withdrawn meanwhile.
      if (known) refreshWhenOld()
      return known?.keyIds.has(keyId) ?? false
    },
  }
}

async function fetchKeys(source: KeySource): Promise<FetchedKeys> {
  try {
    const keys = selectEd25519(await source())
    return {
      resolve: createLocalJWKSet({ keys }),
      keyIds: new Set(keys.flatMap((key) => (key.kid === undefined ? [] : [key.kid]))),
    }
  } catch (cause) {
    throw unavailable(cause)
  }
}

function unavailable(cause: unknown): GravityError {
  const message = 'Access tokens cannot be verified right now. Try again in a moment.'
  return new GravityError('SUBGRAPH_UNAVAILABLE', message, { cause })
}

function selectEd25519(set: JSONWebKeySet): JSONWebKeySet['keys'] {
  return set.keys.filter((key) => key.kty === 'OKP' && key.crv === 'Ed25519')
}
