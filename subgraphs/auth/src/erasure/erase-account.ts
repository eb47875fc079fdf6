import { defineConsumer } from '@gravity/shared/events/consumer'
import { personErasedByAuth } from '@gravity/shared/events/contracts/auth'
import { personErasureBegun } from '@gravity/shared/events/contracts/users'
import type { SessionService } from '../sessions/session.service.ts'
import type { AuthStore } from '../store.ts'

export interface EraseAccountDeps {
  readonly sessions: SessionService
  readonly clock: { now(): Date; newId(): string }
}

/** Erases the account of a person who leaves for good; being asked again does nothing more, and answers again. */
export function eraseAccountConsumer({ clock, sessions }: EraseAccountDeps) {
  return defineConsumer({
    name: 'erase-account',
    event: personErasureBegun,
    async consume(store: AuthStore, { aggregateVersion, payload }, { log }) {
      const { deletionId, orderedBy, userId } = payload
      if (await isLastAdministrator(store, userId)) {
        // Without an answer auth is asked again; by then somebody else may administer.
        log.error({ userId }, 'The last administrator is not erased. Give somebody else the role.')
        return
      }
      await sessions.revokeAll(store, userId, { reason: 'administrator', except: null })
      if (await store.erasure.remove(userId)) {
        await store.administration.record({
          id: clock.newId(),
          occurredAt: clock.now(),
          actorId: orderedBy,
          accountId: userId,
          action: 'account-erased',
          detail: null,
        })
      }
      await store.exports.forget(userId)
      await store.outbox.add(personErasedByAuth, {
        aggregateId: userId,
        aggregateVersion,
        payload: { userId, deletionId },
      })
    },
  })
}

async function isLastAdministrator(store: AuthStore, accountId: string): Promise<boolean> {
  if (!(await store.erasure.administers(accountId))) return false
  await store.administration.lock()
  return !(await store.administration.someoneAdministersWithout(accountId, null))
}
