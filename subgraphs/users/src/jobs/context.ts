import type { PersonalServices } from '../personal/personal-services.ts'
import type { RelationUpkeep } from '../relations/relation-upkeep.ts'

/** What the jobs of users work with. */
export interface UsersJobContext extends PersonalServices {
  readonly upkeep: RelationUpkeep
}
