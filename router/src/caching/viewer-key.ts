import type { Viewer } from '@gravity/shared/viewer/viewer'

const known = new WeakMap<Viewer, string>()

/**
 * Equal for viewers who are the same person with the same rights; undefined for strangers, whom nothing tells apart, so
 * that nothing private can be kept for one of them.
 */
export function viewerKey(viewer: Viewer | null): string | undefined {
  if (viewer === null) return undefined
  const key = known.get(viewer) ?? keyOf(viewer)
  known.set(viewer, key)
  return key
}

function keyOf({ userId, roles, scopes, clientId }: Viewer): string {
  return JSON.stringify([userId, roles.toSorted(), scopes.toSorted(), clientId !== undefined])
}
