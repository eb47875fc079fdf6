import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Viewer } from '@gravity/shared/viewer/viewer'

/** Throws FORBIDDEN for a program, or an administrator, that acts for somebody: they cannot prove that they are them. */
export function assertThemselves({ clientId, impersonatedBy }: Viewer): void {
  if (clientId !== undefined || impersonatedBy !== undefined) {
    throw new GravityError('FORBIDDEN', 'Only the person themselves can do this.')
  }
}
