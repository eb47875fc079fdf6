import type { AnswerAudience } from '@gravity/shared/server/answer-audience'
import { type RememberedClient, rememberedOf } from '@gravity/shared/viewer/remembered-client'
import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import type DataLoader from 'dataloader'
import { createLinkLoader } from './links/link.loaders.ts'
import type { LinkRow } from './links/link.repository.ts'
import type { PersonalServices } from './personal/personal-services.ts'
import type { PreferenceService } from './preferences/preference.service.ts'
import type { PeopleSight } from './privacy/people-sight.ts'
import type { PrivacyService } from './privacy/privacy.service.ts'
import type { SeenProfile } from './privacy/sight.ts'
import type { ProfileRow } from './profiles/profile.entity.ts'
import { createProfileLoader } from './profiles/profile.loaders.ts'
import type { ProfileService } from './profiles/profile.service.ts'
import type { BlockService } from './relations/block.service.ts'
import type { FollowService } from './relations/follow.service.ts'
import type { MuteService } from './relations/mute.service.ts'
import { RelationLoaders } from './relations/relation.loaders.ts'
import type { UsersReads } from './store.ts'

/** What lives as long as the process. */
export interface UsersServices {
  readonly profiles: ProfileService
  readonly preferences: PreferenceService
  readonly privacy: PrivacyService
  readonly sight: PeopleSight
  readonly follows: FollowService
  readonly blocks: BlockService
  readonly mutes: MuteService
  readonly personal: PersonalServices
  readonly reads: UsersReads
  readonly now: () => Date
}

export interface UsersContext extends UsersServices {
  readonly viewer: Viewer | null
  /** By what the viewer asks. */
  readonly client: RememberedClient
  /** Told when an answer is not for everybody. */
  readonly audience: AnswerAudience
  readonly loaders: UsersLoaders
  /** Somebody as the viewer sees them, by an id in any letter case; null when there is nobody. */
  person(id: string): Promise<SeenProfile | null>
  /** People as the viewer sees them. */
  see(rows: readonly ProfileRow[]): Promise<SeenProfile[]>
  /** Begins with empty loaders: what they have seen has changed. */
  forget(): void
}

interface UsersLoaders {
  readonly profileById: DataLoader<string, SeenProfile | null>
  readonly relations: RelationLoaders
  readonly linksOf: DataLoader<string, readonly LinkRow[]>
}

interface UsersRequest {
  readonly identity: RequestIdentity
  readonly signal: AbortSignal
  readonly audience: AnswerAudience
}

export function createUsersContext(services: UsersServices, request: UsersRequest): UsersContext {
  const { audience, identity, signal } = request
  const { viewer } = identity
  const looking = { viewerId: viewer?.userId ?? null, audience }
  const see = (rows: readonly ProfileRow[]) => services.sight.see(rows, looking)
  const createLoaders = (): UsersLoaders => ({
    profileById: createProfileLoader(async (ids) =>
      see(await services.profiles.profilesByIds(ids, signal)),
    ),
    relations: new RelationLoaders(services.reads, { ...looking, now: services.now }),
    linksOf: createLinkLoader(services.personal.links),
  })
  let current = createLoaders()
  return {
    ...services,
    viewer,
    client: rememberedOf({
      address: identity.clientAddress,
      userAgent: identity.userAgent ?? null,
    }),
    audience,
    // Apollo Server copies contexts, so it must be one object for the whole request.
    loaders: {
      get profileById() {
        return current.profileById
      },
      get relations() {
        return current.relations
      },
      get linksOf() {
        return current.linksOf
      },
    },
    see,
    person(id) {
      const canonical = id.toLowerCase()
      // Caches know the person by the id as it is, not as it was written.
      if (canonical !== id) audience.restrict()
      return current.profileById.load(canonical)
    },
    forget() {
      current = createLoaders()
    },
  }
}
