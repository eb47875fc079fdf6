import { GravityError } from '../errors/gravity-error.ts'
import type { Viewer } from './viewer.ts'

/** The viewer, where the schema's `@authenticated` has already refused everybody else. Throws UNAUTHENTICATED without one. */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (!viewer) throw new GravityError('UNAUTHENTICATED', 'Sign in to do this.')
  return viewer
}
