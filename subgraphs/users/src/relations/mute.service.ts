import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { changeRelation, type RelationDeps } from './change-relation.ts'
import type { ChangedPerson } from './follow.service.ts'
import type { PersonNotFound } from './relation-problems.ts'

type Outcome = Promise<ChangedPerson | PersonNotFound | InvalidInput>

export class MuteService {
  readonly #deps: RelationDeps

  constructor(deps: RelationDeps) {
    this.#deps = deps
  }

  /** Muting again changes until when; null is until further notice. The person never learns of it. */
  async mute(viewer: Viewer, userId: string, until: Date | null): Outcome {
    if (until !== null && until <= this.#deps.now()) {
      return invalidInput('until', 'A mute ends in the future.')
    }
    return changeRelation(this.#deps, {
      viewer,
      userId,
      async work(store, { viewerId, person, at }) {
        await store.mutes.save({ muterId: viewerId, mutedId: person.id, at, until })
        return person
      },
    })
  }

  unmute(viewer: Viewer, userId: string): Outcome {
    return changeRelation(this.#deps, {
      viewer,
      userId,
      async work(store, { viewerId, person }) {
        await store.mutes.remove(viewerId, person.id)
        return person
      },
    })
  }
}
