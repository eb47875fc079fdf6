import { invariant } from '@gravity/shared/errors/invariant'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { AccountChanged, AccountChanges } from '../administration/account-changes.ts'
import type { SecondFactorAttempts } from '../defence/second-factor-attempts.ts'
import type { ProofRequirement, StepUpRequired } from '../step-up/proof-requirement.ts'
import type { AuthStore } from '../store.ts'
import type { FactorNews } from './factor-news.ts'

export interface SecondFactorResetDeps {
  readonly changes: AccountChanges
  readonly requirement: ProofRequirement
  readonly attempts: SecondFactorAttempts
  readonly news: FactorNews
  readonly clock: { now(): Date }
}

/** For who has lost every second factor and every recovery code. */
export class SecondFactorResetService {
  readonly #deps: SecondFactorResetDeps

  constructor(deps: SecondFactorResetDeps) {
    this.#deps = deps
  }

  /** The account's sessions end. Nothing happens to an account without a second factor. */
  async reset(viewer: Viewer, accountId: string): Promise<AccountChanged | StepUpRequired> {
    const { attempts, changes, requirement } = this.#deps
    const demand = await requirement.recentWhereProtected(viewer)
    if (demand) return demand
    const changed = await changes.make({
      viewer,
      accountId,
      action: 'second-factors-reset',
      detail: null,
      endsSessions: true,
      apply: (store, id) => this.#removeAll(store, id),
    })
    invariant(changed, 'taking factors away takes no permission from anybody')
    const { id } = changed.account
    await Promise.all([attempts.forget('totp', id), attempts.forget('recovery-code', id)])
    return changed
  }

  async #removeAll(store: AuthStore, accountId: string): Promise<boolean> {
    const { clock, news } = this.#deps
    const email = await store.secondFactors.lock(accountId)
    const hadTotp = await store.secondFactors.removeTotp(accountId)
    const passkeys = await store.passkeys.removeAll(accountId, clock.now())
    if (email === undefined || (!hadTotp && passkeys === 0)) return false
    await store.secondFactors.removeRecoveryCodes(accountId)
    await store.challenges.cancelAll(accountId)
    await news.tell(store, { account: { id: accountId, email }, change: 'second-factors-reset' })
    return true
  }
}
