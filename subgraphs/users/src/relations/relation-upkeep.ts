import type { RelationDeps } from './change-relation.ts'
import type { FollowService } from './follow.service.ts'
import type { CheckedPerson } from './relation.repository.ts'

const checkedAtOnce = 1_000

export interface UpkeepDeps extends Pick<RelationDeps, 'database' | 'routers' | 'now'> {
  readonly follows: FollowService
}

/** What has to be done from time to time, whoever forgot it. */
export class RelationUpkeep {
  readonly #deps: UpkeepDeps

  constructor(deps: UpkeepDeps) {
    this.#deps = deps
  }

  /** Recounts what is counted wrongly, grants what was asked of open accounts, and removes mutes that have ended. */
  async run(): Promise<{ recounted: number; granted: number; ended: number }> {
    const { database, follows, now } = this.#deps
    const recounted = await this.#recount()
    const granted = await follows.grantOverdue()
    const ended = await database.transaction((store) => store.mutes.removeEnded(now()))
    return { recounted, granted, ended }
  }

  async #recount(): Promise<number> {
    const { database, routers } = this.#deps
    let recounted = 0
    for (let after: string | null = null; ; ) {
      const checked: CheckedPerson[] = await database.reads.relations.checkCounts(
        checkedAtOnce,
        after,
      )
      const wrong = checked.filter(({ isWrong }) => isWrong).map(({ id }) => id)
      if (wrong.length > 0) {
        await database.transaction(async (store) => {
          await store.relations.lock(wrong)
          await store.relations.recount(wrong)
        })
        await routers.peopleChanged(wrong)
        recounted += wrong.length
      }
      after = checked.at(-1)?.id ?? null
      if (checked.length < checkedAtOnce) return recounted
    }
  }
}
