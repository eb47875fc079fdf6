import type { ImpersonationService } from '../administration/impersonation.service.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { SessionService } from '../sessions/session.service.ts'

/** What the jobs of auth work with. */
export interface AuthJobContext {
  readonly keys: KeyRing
  readonly sessions: SessionService
  readonly impersonations: ImpersonationService
}
