import { expect, it } from '@jest/globals'
import { surviveRestarts } from '../bench/live-restarts.ts'
import { shareCores } from '../bench/pinning.ts'

it('loses, repeats and misplaces nothing when the router and PostgreSQL are killed amid a conversation', async () => {
  const { all } = shareCores()
  const cores = { measured: all, rest: all, all, sentence: '' }

  const outcome = await surviveRestarts({
    cores,
    people: 16,
    socketsPerPerson: 4,
    seconds: 15,
    messagesPerSecond: 5,
  })

  expect(outcome).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0, toNonMembers: 0 })
  expect(outcome.delivered).toBe(outcome.expected)
  expect(outcome.sockets).toBe(60)
  expect(outcome.outsiderSockets).toBe(4)
  expect(outcome.messages).toBeGreaterThan(40)
  expect(outcome.departures).toBeGreaterThan(0)
  // Every subscription was broken off at least once.
  expect(outcome.returns).toBeGreaterThanOrEqual(outcome.sockets)
}, 180_000)
