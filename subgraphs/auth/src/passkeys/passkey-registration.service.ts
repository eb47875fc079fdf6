import { randomBytes } from 'node:crypto'
import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { invariant } from '@gravity/shared/errors/invariant'
import { parseDisplayName } from '@gravity/shared/people/display-name'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { Challenges } from '../challenges/challenges.ts'
import type { FactorNews } from '../second-factor/factor-news.ts'
import type { RecoveryCodeService } from '../second-factor/recovery-code.service.ts'
import {
  type ChallengeExpired,
  challengeExpired,
  type InvalidPasskey,
  invalidPasskey,
} from '../second-factor/refusals.ts'
import type { ProofRequirement, StepUpRequired } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { PasskeyCredential, PasskeyRow } from './passkey.repository.ts'
import { passkeyNameRule } from './passkey.service.ts'
import { methodsOf, type WebAuthn } from './webauthn.ts'
import { readCreation } from './webauthn-answers.ts'

export interface PasskeyRegistrationDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly challenges: Challenges
  readonly webauthn: WebAuthn
  readonly recoveryCodes: RecoveryCodeService
  readonly requirement: ProofRequirement
  readonly news: FactorNews
  readonly clock: { now(): Date; newId(): string }
}

export interface PasskeyRegistrationBegun {
  readonly __typename: 'PasskeyRegistrationBegun'
  readonly options: string
  readonly expiresAt: Date
}

export interface PasskeyAdded {
  readonly __typename: 'PasskeyAdded'
  readonly passkey: PasskeyRow
  readonly recoveryCodes: readonly string[]
}

export interface TooManyPasskeys {
  readonly __typename: 'TooManyPasskeys'
  readonly code: 'TOO_MANY_PASSKEYS'
  readonly message: string
}

const mostPasskeys = 20

export class PasskeyRegistrationService {
  readonly #deps: PasskeyRegistrationDeps

  constructor(deps: PasskeyRegistrationDeps) {
    this.#deps = deps
  }

  async begin(
    viewer: Viewer,
  ): Promise<PasskeyRegistrationBegun | TooManyPasskeys | StepUpRequired> {
    const { challenges, database, requirement, webauthn } = this.#deps
    const demand = await requirement.recent(viewer)
    if (demand) return demand
    const accountId = viewer.userId
    const { passkeys: known } = await database.reads.secondFactors.enrolled(accountId)
    if (known.length >= mostPasskeys) return tooManyPasskeys()
    const { account, challenge, expiresAt, handle } = await database.transaction(async (store) => ({
      account: await store.accounts.byId(accountId),
      handle: await handleOf(store, accountId),
      ...(await challenges.issue(store, { purpose: 'passkey-registration', accountId })),
    }))
    const wish = { challenge, handle, email: account?.email ?? '', known }
    const options = await webauthn.creationOptions(wish)
    return { __typename: 'PasskeyRegistrationBegun', options, expiresAt }
  }

  async register(
    viewer: Viewer,
    input: { readonly response: string; readonly name: string },
  ): Promise<PasskeyAdded | InvalidPasskey | ChallengeExpired | TooManyPasskeys | InvalidInput> {
    const { challenges, clock, database, webauthn } = this.#deps
    const name = parseDisplayName(input.name)
    if (!name) return invalidInput('name', passkeyNameRule)
    const read = readCreation(input.response)
    if (!read) return invalidPasskey()
    const accountId = viewer.userId
    const asked = await challenges.find(read.challenge, 'passkey-registration')
    if (asked?.accountId !== accountId) return challengeExpired()
    const created = await webauthn.createdBy(read.response, read.challenge)
    if (!created) return invalidPasskey()
    const known = { id: clock.newId(), accountId, name, createdAt: clock.now(), lastUsedAt: null }
    const passkey: PasskeyCredential = { ...created, ...known }
    return database.transaction((store) =>
      this.#add(store, viewer, { passkey, challenge: read.challenge }),
    )
  }

  async #add(
    store: AuthStore,
    { sessionId, userId: accountId }: Viewer,
    { challenge, passkey }: { readonly challenge: string; readonly passkey: PasskeyCredential },
  ): Promise<PasskeyAdded | InvalidPasskey | ChallengeExpired | TooManyPasskeys> {
    const { challenges, news, recoveryCodes } = this.#deps
    const email = await store.secondFactors.lock(accountId)
    const held = await challenges.hold(store, challenge, 'passkey-registration')
    if (email === undefined || !held) return challengeExpired()
    const { passkeys } = await store.secondFactors.enrolled(accountId)
    if (passkeys.length >= mostPasskeys) return tooManyPasskeys()
    if (!(await store.passkeys.insert(passkey))) return invalidPasskey()
    await challenges.spend(store, held)
    const proof = { methods: methodsOf(passkey), adds: true, now: passkey.createdAt }
    await store.sessionProofs.renew({ sessionId, accountId }, proof)
    const account = { id: accountId, email }
    const change = 'passkey-added'
    await news.record(store, { account, change, detail: passkey.name })
    const codes = await recoveryCodes.makeFirst(store, accountId)
    return { __typename: 'PasskeyAdded', passkey, recoveryCodes: codes }
  }
}

/** What authenticators know the account by; made when it is needed first. */
async function handleOf(store: AuthStore, accountId: string): Promise<Buffer> {
  await store.passkeys.insertHandle(accountId, randomBytes(32))
  const handle = await store.passkeys.handleOf(accountId)
  invariant(handle, 'the handle has just been made')
  return handle
}

function tooManyPasskeys(): TooManyPasskeys {
  return {
    __typename: 'TooManyPasskeys',
    code: 'TOO_MANY_PASSKEYS',
    message: `An account has at most ${mostPasskeys} passkeys. Remove one first.`,
  }
}
