import { secondFactorChanged } from '@gravity/shared/events/contracts/auth'
import type { EventContract } from '@gravity/shared/events/event-contract'
import type { AuthStore } from '../store.ts'

type PayloadOf<Contract> = Contract extends EventContract<infer Payload> ? Payload : never

export interface FactorChange {
  readonly account: { readonly id: string; readonly email: string }
  readonly change: PayloadOf<typeof secondFactorChanged>['change']
  /** For the owner: the name of a passkey, or how many recovery codes are left. */
  readonly detail?: string
}

/** Lets people know what happens to their second factors. */
export class FactorNews {
  readonly #clock: { now(): Date; newId(): string }

  constructor(deps: { readonly clock: { now(): Date; newId(): string } }) {
    this.#clock = deps.clock
  }

  /** Writes what the owner has done into the audit log and tells them, within the caller's transaction. */
  async record(store: AuthStore, change: FactorChange): Promise<void> {
    const accountId = change.account.id
    await store.administration.record({
      id: this.#clock.newId(),
      occurredAt: this.#clock.now(),
      actorId: accountId,
      accountId,
      action: change.change,
      // People name passkeys after themselves, and this log is never erased.
      detail: null,
    })
    await this.tell(store, change)
  }

  /** Tells the owner, within the caller's transaction. */
  async tell(store: AuthStore, { account, change, detail }: FactorChange): Promise<void> {
    const changedAt = this.#clock.now()
    await store.outbox.add(secondFactorChanged, {
      aggregateId: account.id,
      aggregateVersion: changedAt.getTime(),
      payload: {
        userId: account.id,
        email: account.email,
        change,
        detail: detail ?? null,
        changedAt: changedAt.toISOString(),
      },
    })
  }
}
