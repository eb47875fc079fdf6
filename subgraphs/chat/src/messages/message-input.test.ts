import { describe, expect, it } from '@jest/globals'
import { messageFault } from './message-input.ts'

const message = { roomId: 'room', clientMessageId: 'c1', body: 'Hello' }

describe('messageFault', () => {
  it.each(['x', ' x ', '😀'.repeat(4_000), 'a\nb', '👨‍👩‍👧 e\u0301'])('accepts %#', (body) => {
    expect(messageFault({ ...message, body })).toBeUndefined()
  })

  it.each(['', ' \n\t', '\u00a0', 'x'.repeat(4_001), '😀'.repeat(4_001), 'a\u0000', '\ud83d'])(
    'refuses body %#',
    (body) => {
      expect(messageFault({ ...message, body })).toMatchObject({ field: 'body' })
    },
  )

  it.each(['', 'x'.repeat(101), '\ud800', '\u0000'])('refuses clientMessageId %#', (id) => {
    expect(messageFault({ ...message, clientMessageId: id })).toMatchObject({
      field: 'clientMessageId',
    })
  })
})
