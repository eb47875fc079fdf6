import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Database } from '@gravity/shared/database/open-database'
import { invariant } from '@gravity/shared/errors/invariant'
import type { Logger } from '@gravity/shared/log/logger'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose'
import type { AuthReads, AuthStore } from '../store.ts'
import { seal, unseal } from './sealed.ts'
import type { SigningKeyRow } from './signing-key.entity.ts'

const minuteMs = 60_000

export interface KeyRingDeps {
  readonly database: Database<AuthStore, AuthReads>
  /** Seals private keys at rest; 32 bytes. */
  readonly sealingKey: Buffer
  readonly now: () => Date
  readonly accessTokenSeconds: number
  readonly log: Logger
}

export interface SigningKey {
  readonly id: string
  readonly privateKey: KeyObject
}

/** A key signs for a week. */
const lifeMs = 7 * 24 * 60 * minuteMs
/** A new key is published this long before it signs, so that no verifier meets an unknown key. */
const announcementMs = 15 * minuteMs
/** How old this process's view of the keys may be. */
const freshnessMs = minuteMs

/**
 * The keys that access tokens are signed with. A new key is announced before it signs and stays published until the
 * last token signed with it has ended: nobody notices a rotation.
 */
export class KeyRing {
  readonly #deps: KeyRingDeps
  #rows: readonly SigningKeyRow[] = []
  #readAt = 0
  #reading: Promise<void> | undefined
  readonly #imported = new Map<string, KeyObject>()

  constructor(deps: KeyRingDeps) {
    this.#deps = deps
  }

  /** The public half of every key that a valid token can name (RFC 7517). */
  async publicKeys(): Promise<JSONWebKeySet> {
    if (this.#isOld()) await this.#read()
    return {
      keys: this.#rows.map(({ id, publicKey }) => ({
        ...publicKey,
        kid: id,
        alg: 'EdDSA',
        use: 'sig',
      })),
    }
  }

  /**
   * The newest key that may sign now. Never waits for the database: callers hold a connection of the pool that a read
   * would need, and a view that is a moment too old does no harm, because keys are announced long before they sign.
   */
  signingKey(): SigningKey {
    if (this.#isOld()) {
      this.#read().catch((err: unknown) =>
        this.#deps.log.warn({ err }, 'The signing keys could not be read again.'),
      )
    }
    const now = this.#deps.now()
    const row = this.#rows.find(({ signsFrom }) => signsFrom <= now)
    invariant(row, 'a signing key was made at the start')
    const privateKey = this.#imported.get(row.id) ?? importPrivateKey(row, this.#deps.sealingKey)
    this.#imported.set(row.id, privateKey)
    return { id: row.id, privateKey }
  }

  /** Announces the next key when it is time, and removes keys whose last tokens have ended. Safe to call from many processes. */
  async rotate(): Promise<void> {
    const { database, now, sealingKey, accessTokenSeconds } = this.#deps
    await database.transaction(async (store) => {
      await store.signingKeys.lock()
      const rows = await store.signingKeys.all()
      const time = now().getTime()
      const newest = rows[0]
      if (!newest || newest.signsFrom.getTime() + lifeMs - announcementMs <= time) {
        await store.signingKeys.insert(
          await newKey({
            sealingKey,
            now: now(),
            signsFrom: new Date(newest ? time + announcementMs : time),
          }),
        )
      }
      await store.signingKeys.remove(
        spentKeys(rows, time - accessTokenSeconds * 1_000 - announcementMs),
      )
    })
    await this.#read()
  }

  #isOld(): boolean {
    return this.#deps.now().getTime() - this.#readAt > freshnessMs
  }

  /** One read for all who need it at the same time. */
  #read(): Promise<void> {
    this.#reading ??= this.#readRows().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readRows(): Promise<void> {
    this.#rows = await this.#deps.database.reads.signingKeys.all()
    this.#readAt = this.#deps.now().getTime()
  }
}

/** The keys that were succeeded before `time`. */
function spentKeys(newestFirst: readonly SigningKeyRow[], time: number): string[] {
  const successor = newestFirst.findIndex(({ signsFrom }) => signsFrom.getTime() < time)
  return successor < 0 ? [] : newestFirst.slice(successor + 1).map(({ id }) => id)
}

async function newKey(options: {
  readonly sealingKey: Buffer
  readonly now: Date
  readonly signsFrom: Date
}): Promise<SigningKeyRow> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const publicKey = await exportJWK(pair.publicKey)
  return {
    id: await calculateJwkThumbprint(publicKey),
    publicKey,
    sealedPrivateKey: seal(options.sealingKey, JSON.stringify(await exportJWK(pair.privateKey))),
    createdAt: options.now,
    signsFrom: options.signsFrom,
  }
}

function importPrivateKey(row: SigningKeyRow, sealingKey: Buffer): KeyObject {
  return createPrivateKey({
    key: JSON.parse(unseal(sealingKey, row.sealedPrivateKey)),
    format: 'jwk',
  })
}
