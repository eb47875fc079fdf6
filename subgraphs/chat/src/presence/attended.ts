import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { ChatContext } from '../context.ts'

/** Opens a stream for the viewer, who is there for as long as it is open. */
export async function attended<Value>(
  { viewer, presence }: Pick<ChatContext, 'viewer' | 'presence'>,
  open: (viewer: Viewer) => Promise<AsyncIterable<Value>>,
): Promise<AsyncIterableIterator<Value, undefined>> {
  const reader = requireViewer(viewer)
  return presence.attend(reader, await open(reader))
}
