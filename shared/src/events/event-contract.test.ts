import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { sessionRevoked, userRegistered } from './contracts/auth.ts'
import { messageSent, roomCreated } from './contracts/chat.ts'
import { profileChanged, profileCreated } from './contracts/users.ts'
import { defineEvent, type EventName } from './event-contract.ts'

const contract = { payload: z.object({}), consumers: [] }

describe('defineEvent', () => {
  it.each<EventName>(['auth.UserRegistered.v1', 'auth.user registered.v1', '.user.v1', 'a.b.v0'])(
    'refuses the name %s',
    (name) => {
      expect(() => defineEvent(name, contract)).toThrow(name)
    },
  )
})

describe('the contracts', () => {
  it('have names of their own', () => {
    const contracts = [
      userRegistered,
      sessionRevoked,
      profileCreated,
      profileChanged,
      roomCreated,
      messageSent,
    ]

    expect(new Set(contracts.map(({ name }) => name)).size).toBe(contracts.length)
  })
})
