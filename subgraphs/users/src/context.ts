import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import type DataLoader from 'dataloader'
import type { ProfileRow } from './profiles/profile.entity.ts'
import { createProfileLoader } from './profiles/profile.loaders.ts'
import type { ProfileService } from './profiles/profile.service.ts'

export interface UsersContext {
  readonly viewer: Viewer | null
  readonly profiles: ProfileService
  readonly loaders: { readonly profileById: DataLoader<string, ProfileRow | null> }
}

export function createUsersContext(
  profiles: ProfileService,
  request: { readonly identity: RequestIdentity; readonly signal: AbortSignal },
): UsersContext {
  return {
    viewer: request.identity.viewer,
    profiles,
    loaders: { profileById: createProfileLoader(profiles, request.signal) },
  }
}
