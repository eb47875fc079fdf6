import { eventually } from '@gravity/shared/testing/eventually'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'

/** One member's wish for a message. */
export type ChangeName =
  | 'editMessage'
  | 'redactMessage'
  | 'addReaction'
  | 'removeReaction'
  | 'pinMessage'
  | 'unpinMessage'

const inputs: Readonly<Record<ChangeName, string>> = {
  editMessage: 'EditMessageInput',
  redactMessage: 'RedactMessageInput',
  addReaction: 'AddReactionInput',
  removeReaction: 'RemoveReactionInput',
  pinMessage: 'PinMessageInput',
  unpinMessage: 'UnpinMessageInput',
}

export interface ChangedMessage {
  readonly __typename: string
  readonly body?: string | null
}

/** What a mutation that changes a message answers. */
export async function change(
  { chat, viewer }: { readonly chat: TestSubgraph; readonly viewer: Viewer },
  name: ChangeName,
  input: { readonly messageId: string; readonly [field: string]: unknown },
): Promise<ChangedMessage> {
  const data = await chat.answer<Record<string, ChangedMessage>>(
    `mutation ($input: ${inputs[name]}!) {
      ${name}(input: $input) {
        __typename
        ... on Message {
          id sequence body editedAt redactedAt redactedBy { id } pinnedAt pinnedBy { id }
          mentions { id } revisions { number body writtenBy { id } }
          reactions { emoji count viewerReacted people { id } }
        }
        ... on Problem { code }
      }
    }`,
    { viewer, variables: { input } },
  )
  return data[name] ?? { __typename: 'nothing' }
}

export interface ChangeEvent {
  readonly change: number
  readonly message: { readonly sequence: number; readonly body: string | null }
}

/** One member's changes of a room, gathered as they come. */
export interface ChangeListener extends AsyncDisposable {
  readonly changes: readonly ChangeEvent[]
  received(count: number): Promise<void>
  end(): Promise<void>
}

export async function listenToChanges(
  chat: TestSubgraph,
  viewer: Viewer,
  variables: { readonly roomId: string; readonly afterChange?: number },
): Promise<ChangeListener> {
  const stream = await chat.listen(
    `subscription ($roomId: ID!, $afterChange: Int) {
      messageChanged(roomId: $roomId, afterChange: $afterChange) {
        change message { sequence body }
      }
    }`,
    { viewer, variables },
  )
  const changes: ChangeEvent[] = []
  const reading = (async () => {
    for await (const event of stream) {
      if (!event.data) throw new Error(JSON.stringify(event))
      // The test knows what it has subscribed to.
      changes.push(event.data['messageChanged'] as ChangeEvent)
    }
  })()
  return {
    changes,
    async received(count) {
      await eventually(() => {
        if (changes.length < count) throw new Error(`${changes.length} of ${count} came`)
      })
    },
    end: () => reading,
    async [Symbol.asyncDispose]() {
      await stream.return?.()
      await reading
    },
  }
}
