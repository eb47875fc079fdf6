import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Viewer } from '@gravity/shared/viewer/viewer'

/** What staff need to read what people keep for themselves. Not `users:read`, by which a program reads its own person's. */
const inspectingScope = 'users:inspect'

/** Throws FORBIDDEN without the scope. */
export function assertScope(viewer: Viewer, scope: string): void {
  if (!viewer.scopes.includes(scope)) {
    throw new GravityError('FORBIDDEN', `This needs the permission ${scope}.`)
  }
}

/**
 * Whose private records a viewer asks for: their own, or, with the scope, anybody's. Throws FORBIDDEN whether or not the
 * other person exists.
 */
export function subjectOf(viewer: Viewer, userId: string | null | undefined): string {
  const own = viewer.userId.toLowerCase()
  const wanted = (userId ?? own).toLowerCase()
  if (wanted !== own) assertScope(viewer, inspectingScope)
  return wanted
}
