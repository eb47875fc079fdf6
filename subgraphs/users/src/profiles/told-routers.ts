import type { Logger } from '@gravity/shared/log/logger'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import { forgetProfile } from './forget-profile.ts'

/** Tells routers that what they keep of some people is out of date. */
export class ToldRouters {
  readonly #deps: { readonly pubsub: PubSub; readonly log: Logger }

  constructor(deps: { readonly pubsub: PubSub; readonly log: Logger }) {
    this.#deps = deps
  }

  /** Never rejects. */
  async peopleChanged(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => forgetProfile(this.#deps, id)))
  }
}
