import { v7 } from 'uuid'
import type { Viewer } from '../viewer/viewer.ts'

/** Somebody who is signed in: a new person without scopes unless told otherwise. */
export function aViewer(facts: Partial<Viewer> = {}): Viewer {
  return {
    userId: v7(),
    sessionId: v7(),
    roles: ['customer'],
    scopes: [],
    expiresAt: Math.floor(Date.now() / 1_000) + 600,
    ...facts,
  }
}
