import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { RoomSignals, typingLastsMs } from './room-signals.ts'

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

describe('who is writing', () => {
  it('stops by itself when they do not say so again', () => {
    const signals = new RoomSignals()
    const told: (readonly string[])[] = []
    signals.onTyping((_key, { userIds }) => told.push(userIds))

    signals.write('alice')
    jest.advanceTimersByTime(typingLastsMs - 1)
    signals.write('bob')
    signals.write('alice')
    jest.advanceTimersByTime(typingLastsMs - 1)
    expect(told).toEqual([['alice'], ['alice', 'bob']])

    jest.advanceTimersByTime(1)

    expect(told.slice(2)).toEqual([['alice'], []])
  })

  it('is told to nobody who has stopped listening', () => {
    const signals = new RoomSignals()
    const told: unknown[] = []
    const stop = signals.onTyping((_key, signal) => told.push(signal))

    stop()
    signals.write('alice')

    expect(told).toEqual([])
  })
})
