import { aViewer } from '@gravity/shared/testing/a-viewer'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { inChatRoom } from './chat-room.ts'
import { type Collected, collect } from './collect.ts'
import { leave, send } from './fixtures.ts'

const here = inChatRoom()

async function setTyping(viewer: Viewer, isTyping: boolean): Promise<object> {
  const data = await here.chat.answer<{ setTyping: object }>(
    `mutation ($input: SetTypingInput!) {
      setTyping(input: $input) { __typename ... on Problem { code } }
    }`,
    { viewer, variables: { input: { roomId: here.roomId, isTyping } } },
  )
  return data.setTyping
}

async function listenToTyping(viewer: Viewer): Promise<Collected> {
  const document = `subscription ($roomId: ID!) {
    typingChanged(roomId: $roomId) { people { id } }
  }`
  return collect(await here.chat.listen(document, { viewer, variables: { roomId: here.roomId } }))
}

function writing(...viewers: readonly Viewer[]): object {
  return { typingChanged: { people: viewers.map(({ userId }) => ({ id: userId })) } }
}

describe('typingChanged', () => {
  it('tells who writes, until they pause, send, or leave', async () => {
    const listener = await listenToTyping(here.alice)
    const steps = [
      [() => setTyping(here.bob, true), writing(here.bob)],
      [() => setTyping(here.carla, true), writing(here.bob, here.carla)],
      [() => send(here.chat, here.bob, { roomId: here.roomId }), writing(here.carla)],
      [() => setTyping(here.carla, false), writing()],
      [() => setTyping(here.carla, true), writing(here.carla)],
      [() => leave(here.chat, here.carla, here.roomId), writing()],
    ] as const

    for (const [index, [step]] of steps.entries()) {
      await step()
      await listener.received(index + 1)
    }

    expect(listener.events).toEqual(steps.map(([, expected]) => expected))
    await listener[Symbol.asyncDispose]()
  })

  it('begins with who is writing, says nothing twice and stores nothing', async () => {
    await using early = await listenToTyping(here.alice)
    for (const _ of [1, 2, 3]) await setTyping(here.bob, true)
    await early.received(1)

    await using late = await listenToTyping(here.carla)
    await late.received(1)
    await setTyping(here.carla, true)
    await early.received(2)

    expect(early.events).toEqual([writing(here.bob), writing(here.bob, here.carla)])
    expect(late.events[0]).toEqual(writing(here.bob))
  })

  it('is for members only', async () => {
    expect(await setTyping(aViewer(), true)).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    await expect(listenToTyping(aViewer())).rejects.toThrow('NOT_FOUND')
  })
})
