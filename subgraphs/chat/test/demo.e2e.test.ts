import { demoPeople } from '@gravity/shared/demo/demo-people'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { leave } from './fixtures.ts'

let chat: TestSubgraph

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph, { seed: 'demo' })
})

afterAll(() => chat[Symbol.asyncDispose]())

function demoViewer(name: string): Viewer {
  const person = demoPeople.find(({ email }) => email.startsWith(`${name}@`))
  return aViewer({ userId: person?.id ?? '' })
}

const overview = `{
  rooms {
    nodes { id name latestSequence memberCount lastMessage { body } messages { nodes { sequence } pageInfo { hasPreviousPage } } }
  }
}`

interface Overview {
  rooms: {
    nodes: {
      id: string
      name: string | null
      latestSequence: number
      messages: { nodes: unknown[]; pageInfo: { hasPreviousPage: boolean } }
    }[]
  }
}

async function roomsOf(name: string): Promise<Overview['rooms']['nodes']> {
  const data = await chat.answer<Overview>(overview, { viewer: demoViewer(name) })
  return data.rooms.nodes
}

describe('the demo data', () => {
  it('gives Alice and Bob rooms with a history, one of them longer than a page', async () => {
    const alices = await roomsOf('alice')
    const bobs = new Set((await roomsOf('bob')).map((room) => room.id))

    expect(alices.filter((room) => bobs.has(room.id)).length).toBeGreaterThan(2)
    expect(alices.filter((room) => room.messages.pageInfo.hasPreviousPage)).toMatchObject([
      { name: 'Checkout redesign', latestSequence: 58 },
    ])
  })

  it('is made once: what the people change stays', async () => {
    const [lunch] = (await roomsOf('bob')).filter((room) => room.name?.startsWith('Lunch'))
    await leave(chat, demoViewer('bob'), lunch?.id ?? '')

    const again = await createSubgraph({ ...chat.platform, seed: 'demo' })
    await again.stop()

    expect((await roomsOf('bob')).map((room) => room.id)).not.toContain(lunch?.id)
    expect(await chat.sql('select count(*)::integer as count from rooms')).toEqual([{ count: 8 }])
  })

  it('has channels that Bob finds, one of them readable without coming in', async () => {
    const document = `{
      channels { nodes { name viewerIsMember messages { nodes { body } } } }
    }`
    const data = await chat.answer<{
      channels: { nodes: { name: string; viewerIsMember: boolean; messages: { nodes: [] } }[] }
    }>(document, { viewer: demoViewer('bob') })

    expect(data.channels.nodes).toMatchObject([
      { name: 'Help desk', viewerIsMember: true },
      { name: 'Announcements', viewerIsMember: false },
    ])
    expect(data.channels.nodes.map(({ messages }) => messages.nodes.length)).toEqual([8, 5])
  })

  it('gives Alice something to moderate', async () => {
    const document = `{
      channels(search: "help kind") {
        nodes {
          room {
            viewerRole slowModeSeconds wordFilters { words action }
            reports { nodes { reason note evidence } }
          }
        }
      }
    }`

    expect(await chat.answer(document, { viewer: demoViewer('alice') })).toMatchObject({
      channels: {
        nodes: [
          {
            room: {
              viewerRole: 'MODERATOR',
              slowModeSeconds: 5,
              wordFilters: expect.arrayContaining([{ words: 'darn', action: 'MASK' }]),
              reports: { nodes: [{ reason: 'SPAM', note: 'This is advertising.' }] },
            },
          },
        ],
      },
    })
  })

  it('has a picture to find, and people who say something of themselves', async () => {
    const document = `query ($who: [_Any!]!) {
      searchMessages(text: "sourdoug", filter: { hasAttachments: true }) {
        nodes { author { id } attachments { name } }
      }
      _entities(representations: $who) { ... on User { presence { statusText statusEmoji } } }
    }`
    const carla = demoViewer('carla').userId

    expect(
      await chat.answer(document, {
        viewer: demoViewer('alice'),
        variables: { who: [{ __typename: 'User', id: carla }] },
      }),
    ).toEqual({
      searchMessages: {
        nodes: [{ author: { id: carla }, attachments: [{ name: 'sourdough-nine.jpg' }] }],
      },
      _entities: [{ presence: { statusText: 'Feeding sourdough number ten', statusEmoji: '🍞' } }],
    })
  })
})
