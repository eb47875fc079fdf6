import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Viewer } from '@gravity/shared/viewer/viewer'

/** False for a program that acts for somebody, and for an administrator who acts as somebody. */
export function isInPerson({ clientId, impersonatedBy }: Viewer): boolean {
  return clientId === undefined && impersonatedBy === undefined
}

/** Throws FORBIDDEN for a program that acts for somebody, and for an administrator who acts as somebody. */
export function assertInPerson(viewer: Viewer): void {
  if (!isInPerson(viewer)) {
    throw new GravityError('FORBIDDEN', 'Only the person themselves can do this.')
  }
}
