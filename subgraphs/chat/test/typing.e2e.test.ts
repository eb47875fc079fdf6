import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { type Collected, collect } from './collect.ts'
import { createRoom, leave, people, send } from './fixtures.ts'

let chat: TestSubgraph
let alice: Viewer
let bob: Viewer
let carla: Viewer
let roomId: string

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
})

beforeEach(async () => {
  const [first = aViewer(), second = aViewer(), third = aViewer()] = await people(chat, 3)
  alice = first
  bob = second
  carla = third
  roomId = await createRoom(chat, alice, [bob, carla])
})

afterAll(() => chat[Symbol.asyncDispose]())

async function setTyping(viewer: Viewer, isTyping: boolean): Promise<object> {
  const data = await chat.answer<{ setTyping: object }>(
    `mutation ($input: SetTypingInput!) {
      setTyping(input: $input) { __typename ... on Problem { code } }
    }`,
    { viewer, variables: { input: { roomId, isTyping } } },
  )
  return data.setTyping
}

async function listenToTyping(viewer: Viewer): Promise<Collected> {
  const document = `subscription ($roomId: ID!) {
    typingChanged(roomId: $roomId) { people { id } }
  }`
  return collect(await chat.listen(document, { viewer, variables: { roomId } }))
}

function writing(...viewers: readonly Viewer[]): object {
  return { typingChanged: { people: viewers.map(({ userId }) => ({ id: userId })) } }
}

describe('typingChanged', () => {
  it('tells who writes, until they pause, send, or leave', async () => {
    const listener = await listenToTyping(alice)
    const steps = [
      [() => setTyping(bob, true), writing(bob)],
      [() => setTyping(carla, true), writing(bob, carla)],
      [() => send(chat, bob, { roomId }), writing(carla)],
      [() => setTyping(carla, false), writing()],
      [() => setTyping(carla, true), writing(carla)],
      [() => leave(chat, carla, roomId), writing()],
    ] as const

    for (const [index, [step]] of steps.entries()) {
      await step()
      await listener.received(index + 1)
    }

    expect(listener.events).toEqual(steps.map(([, expected]) => expected))
    await listener[Symbol.asyncDispose]()
  })

  it('begins with who is writing, says nothing twice and stores nothing', async () => {
    await using early = await listenToTyping(alice)
    for (const _ of [1, 2, 3]) await setTyping(bob, true)
    await early.received(1)

    await using late = await listenToTyping(carla)
    await late.received(1)
    await setTyping(carla, true)
    await early.received(2)

    expect(early.events).toEqual([writing(bob), writing(bob, carla)])
    expect(late.events[0]).toEqual(writing(bob))
  })

  it('is for members only', async () => {
    expect(await setTyping(aViewer(), true)).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    await expect(listenToTyping(aViewer())).rejects.toThrow('NOT_FOUND')
  })
})
