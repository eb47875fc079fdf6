import { describe, expect, it } from '@jest/globals'
import { asSent, type MessageRow } from '../messages/message.entity.ts'
import { MessageWindow } from './message-window.ts'

function aMessage(sequence: number): MessageRow {
  return {
    ...asSent,
    id: `message-${sequence}`,
    roomId: 'room',
    sequence,
    authorId: 'author',
    clientMessageId: `client-${sequence}`,
    body: `body ${sequence}`,
    sentAt: new Date(sequence),
  }
}

function aWindow(sequences: readonly number[], { size = 100, floor = 0 } = {}): MessageWindow {
  const window = new MessageWindow(size)
  window.begin(sequences.map(aMessage), floor)
  return window
}

describe('MessageWindow', () => {
  it('finds what follows a sequence, and nothing after the head', () => {
    const window = aWindow([1, 2, 3])

    expect([0, 1, 2, 3, 9].map((sequence) => window.after(sequence)?.sequence)).toEqual([
      1,
      2,
      3,
      undefined,
      undefined,
    ])
    expect(window.head).toBe(3)
  })

  it('lets the oldest messages go and says from where on it is complete', () => {
    const window = aWindow([1, 2, 3], { size: 3 })

    window.push(aMessage(4))
    window.push(aMessage(5))

    expect([window.floor, window.head]).toEqual([2, 5])
    expect(window.after(2)?.sequence).toBe(3)
  })

  it('steps over gaps, such as messages that were deleted', () => {
    const window = aWindow([4, 5, 9, 10, 20], { floor: 3 })

    expect([3, 5, 6, 8, 9, 10, 19].map((sequence) => window.after(sequence)?.sequence)).toEqual([
      4, 9, 9, 9, 10, 20, 20,
    ])
  })

  it('is empty in a room without messages', () => {
    const window = aWindow([])

    expect([window.head, window.floor, window.after(0)]).toEqual([0, 0, undefined])
  })
})
