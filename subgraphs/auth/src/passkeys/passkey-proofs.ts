import { timingSafeEqual } from 'node:crypto'
import type { Database } from '@gravity/shared/database/open-database'
import type { FactorNews } from '../second-factor/factor-news.ts'
import { type InvalidPasskey, invalidPasskey } from '../second-factor/refusals.ts'
import type { AuthenticationMethod } from '../sessions/session.entity.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { PasskeyCredential } from './passkey.repository.ts'
import { methodsOf, type WebAuthn } from './webauthn.ts'
import { readAssertion } from './webauthn-answers.ts'

export interface PasskeyProofsDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly webauthn: WebAuthn
  readonly news: FactorNews
  readonly clock: { now(): Date }
}

/** An assertion that is right, and is used up when it is settled. */
export interface AcceptedPasskey {
  readonly accountId: string
  readonly methods: readonly AuthenticationMethod[]
  /** Within the caller's transaction; the problem when its counter has not grown. */
  settle(store: AuthStore): Promise<InvalidPasskey | undefined>
}

/** Whether an assertion was made by a passkey of somebody. */
export class PasskeyProofs {
  readonly #deps: PasskeyProofsDeps

  constructor(deps: PasskeyProofsDeps) {
    this.#deps = deps
  }

  /** With an account id, a passkey of somebody else is refused like an unknown one. */
  async accept(
    answer: string,
    question: { readonly accountId: string | null; readonly challenge: string },
  ): Promise<AcceptedPasskey | InvalidPasskey> {
    const { clock, database, webauthn } = this.#deps
    const read = readAssertion(answer)
    const passkey = read && (await database.reads.passkeys.credential(read.response.id))
    if (!passkey || (question.accountId !== null && passkey.accountId !== question.accountId)) {
      return invalidPasskey()
    }
    const { userHandle } = read.response.response
    const isOwner =
      userHandle === undefined
        ? question.accountId !== null
        : await this.#isHandleOf(passkey.accountId, userHandle)
    const asserted =
      isOwner && (await webauthn.assertedBy(read.response, passkey, question.challenge))
    if (!asserted) return invalidPasskey()
    return {
      accountId: passkey.accountId,
      methods: methodsOf(asserted),
      settle: async (store) => {
        const use = { ...asserted, now: clock.now() }
        if (await store.passkeys.use(passkey.id, use)) return undefined
        await this.#tellCopy(store, passkey)
        return invalidPasskey()
      },
    }
  }

  /** Who is asked for no name is known by the handle (WebAuthn, 7.2, step 6). */
  async #isHandleOf(accountId: string, userHandle: string): Promise<boolean> {
    const handle = await this.#deps.database.reads.passkeys.handleOf(accountId)
    const given = Buffer.from(userHandle, 'base64url')
    return handle?.length === given.length && timingSafeEqual(handle, given)
  }

  /** A genuine signature with an old count: two devices have the key, or the passkey has just been removed. */
  async #tellCopy(store: AuthStore, { accountId, credentialId, name }: PasskeyCredential) {
    const account = await store.accounts.byId(accountId)
    const isThere = await store.passkeys.credential(credentialId)
    if (!account || !isThere) return
    const change = 'passkey-copied'
    await this.#deps.news.record(store, { account, change, detail: name })
  }
}
