import { demoPeople } from '@gravity/shared/demo/demo-people'
import { describe, expect, it } from '@jest/globals'
import { messageFault } from '../messages/message-input.ts'
import { demoRooms } from './demo-rooms.ts'

const people = new Map(demoPeople.map((person) => [person.email.split('@')[0], person]))

function membersOf(key: string): readonly string[] {
  return demoRooms.find((room) => room.key === key)?.members ?? []
}

describe.each(demoRooms)('the demo room $key', (room) => {
  it('has members who had registered before it was opened', () => {
    for (const member of room.members) {
      expect(people.get(member)?.registeredAt.getTime()).toBeLessThan(Date.parse(room.openedAt))
    }
  })

  it('lets only members speak, in the order of time, with messages that could be sent', () => {
    let last = Date.parse(room.openedAt)
    for (const { startsAt, lines } of room.conversations) {
      expect(Date.parse(startsAt)).toBeGreaterThanOrEqual(last)
      last = Date.parse(startsAt)
      for (const [author, secondsLater, body] of lines) {
        expect(room.members).toContain(author)
        expect(secondsLater).toBeGreaterThan(0)
        expect(messageFault({ roomId: '', clientMessageId: 'demo', body })).toBeUndefined()
        last += secondsLater * 1_000
      }
    }
  })
})

describe('demoRooms', () => {
  it('gives Alice and Bob several rooms together, one of them longer than a page', () => {
    const shared = demoRooms.filter(
      ({ members }) => members.includes('alice') && members.includes('bob'),
    )
    const lengths = shared.map(({ conversations }) => conversations.flatMap((c) => c.lines).length)

    expect(shared.length).toBeGreaterThan(2)
    expect(Math.max(...lengths)).toBeGreaterThan(50)
  })

  it('has a room that neither of them can see', () => {
    expect(membersOf('community-evening-lyon')).not.toHaveLength(0)
    expect(membersOf('community-evening-lyon')).not.toContain('alice')
    expect(membersOf('community-evening-lyon')).not.toContain('bob')
  })
})
