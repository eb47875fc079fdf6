import type { Database } from '@gravity/shared/database/open-database'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { parseDisplayName } from '@gravity/shared/people/display-name'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { FactorNews } from '../second-factor/factor-news.ts'
import type { RecoveryCodeService } from '../second-factor/recovery-code.service.ts'
import type { ProofRequirement, StepUpRequired } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { PasskeyRow } from './passkey.repository.ts'

export interface PasskeyServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly recoveryCodes: RecoveryCodeService
  readonly requirement: ProofRequirement
  readonly news: FactorNews
  readonly clock: { now(): Date }
}

export interface PasskeyRenamed {
  readonly __typename: 'PasskeyRenamed'
  readonly passkey: PasskeyRow
}

export interface PasskeyRemoved {
  readonly __typename: 'PasskeyRemoved'
  readonly passkeyId: string
}

export const passkeyNameRule = "A passkey's name has 1 to 80 characters and no line breaks."

/** The passkeys that somebody has. */
export class PasskeyService {
  readonly #deps: PasskeyServiceDeps

  constructor(deps: PasskeyServiceDeps) {
    this.#deps = deps
  }

  /** NOT_FOUND for one of somebody else, and for one that was removed. */
  async rename(
    viewer: Viewer,
    input: { readonly passkeyId: string; readonly name: string },
  ): Promise<PasskeyRenamed | InvalidInput> {
    const id = await this.#own(viewer, input.passkeyId)
    const name = parseDisplayName(input.name)
    if (!name) return invalidInput('name', passkeyNameRule)
    const passkey = await this.#deps.database.transaction((store) =>
      store.passkeys.rename(id, name),
    )
    if (!passkey) throw notFound()
    return { __typename: 'PasskeyRenamed', passkey }
  }

  /** Removing it again changes nothing. */
  async remove(viewer: Viewer, passkeyId: string): Promise<PasskeyRemoved | StepUpRequired> {
    const { clock, database, news, recoveryCodes, requirement } = this.#deps
    const id = await this.#own(viewer, passkeyId)
    const demand = await requirement.recent(viewer)
    if (demand) return demand
    const accountId = viewer.userId
    await database.transaction(async (store) => {
      const email = await store.secondFactors.lock(accountId)
      const name = await store.passkeys.remove(id, clock.now())
      if (email === undefined || name === undefined) return
      await recoveryCodes.removeWithLast(store, accountId)
      const account = { id: accountId, email }
      const change = 'passkey-removed'
      await news.record(store, { account, change, detail: name })
    })
    return { __typename: 'PasskeyRemoved', passkeyId: id }
  }

  /** The id as it is stored. */
  async #own(viewer: Viewer, passkeyId: string): Promise<string> {
    const id = passkeyId.toLowerCase()
    const owner = isUuid(id) ? await this.#deps.database.reads.passkeys.ownerOf(id) : undefined
    if (owner !== viewer.userId) throw notFound()
    return id
  }
}

function notFound(): GravityError {
  return new GravityError('NOT_FOUND', 'You have no passkey with this id.')
}
