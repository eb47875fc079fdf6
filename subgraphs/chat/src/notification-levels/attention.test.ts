import { describe, expect, it } from '@jest/globals'
import { asSent, type MessageRow } from '../messages/message.entity.ts'
import { Attention, isMentioned, type NotificationLevel } from './attention.ts'

const now = new Date('2026-05-01T12:00:00Z')
const later = new Date('2026-05-01T13:00:00Z')

function aMessage(facts: Partial<MessageRow> = {}): MessageRow {
  return {
    ...asSent,
    id: 'message',
    roomId: 'room',
    sequence: 1,
    authorId: 'bob',
    clientMessageId: 'client',
    body: 'Hello',
    sentAt: now,
    ...facts,
  }
}

function attentionOf(
  level: NotificationLevel,
  wish: { level?: NotificationLevel; mutedUntil?: Date } = {},
): Attention {
  const { level: wanted = null, mutedUntil = null } = wish
  const rooms = [{ roomId: 'room', level: wanted, mutedUntil }]
  return new Attention({ userId: 'ada', level, ignoredIds: ['carla'], rooms })
}

const mention = aMessage({ mentionIds: ['ada'] })

describe('what somebody is told of', () => {
  it.each([
    ['all', true, true],
    ['mentions', false, true],
    ['nothing', false, false],
  ] as const)('with the level %s', (level, plain, mentioning) => {
    expect(attentionOf(level).wants(aMessage(), now)).toBe(plain)
    expect(attentionOf(level).wants(mention, now)).toBe(mentioning)
  })

  it('is decided by the wish for the room before that for all of them', () => {
    expect(attentionOf('nothing', { level: 'all' }).wants(aMessage(), now)).toBe(true)
    expect(attentionOf('all', { level: 'nothing' }).wants(mention, now)).toBe(false)
  })

  it('is nothing while the room is muted', () => {
    const attention = attentionOf('all', { mutedUntil: later })

    expect(attention.wants(mention, now)).toBe(false)
    expect(attention.wants(mention, later)).toBe(true)
  })

  it('is nothing of what they say themselves, or people say whom they ignore', () => {
    expect(attentionOf('all').wants(aMessage({ authorId: 'ada' }), now)).toBe(false)
    expect(attentionOf('all').wants({ ...mention, authorId: 'carla' }, now)).toBe(false)
  })

  it('is a mention too when all members are mentioned', () => {
    const message = aMessage({ mentionsRoom: 'everyone' })

    expect(attentionOf('mentions').wants(message, now)).toBe(true)
    expect(isMentioned(message, 'bob')).toBe(false)
  })
})
