import { defineConsumer } from '@gravity/shared/events/consumer'
import { accountMailAsked } from '@gravity/shared/events/contracts/auth'
import type { AccountMailService } from '../mail/account-mail.service.ts'
import type { AuthStore } from '../store.ts'

/** Decides, after the request was answered, which mail an address gets. */
export function accountMailAskedConsumer(mail: AccountMailService) {
  return defineConsumer({
    name: 'answer-account-mail',
    event: accountMailAsked,
    consume: (store: AuthStore, { payload }) => mail.answer(store, payload),
  })
}
