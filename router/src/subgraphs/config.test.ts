import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { readTrafficConfig } from './config.ts'
import { defaultTrafficSettings } from './traffic-settings.ts'

const traffic = (value: unknown, more: NodeJS.ProcessEnv = {}) =>
  readTrafficConfig({ ...more, GRAVITY_ROUTER_TRAFFIC: JSON.stringify(value) })

describe('readTrafficConfig', () => {
  it('has defaults for everything', () => {
    expect(readTrafficConfig({})).toEqual({ all: defaultTrafficSettings, subgraphs: new Map() })
  })

  it('takes settings for all subgraphs and those of one over them', () => {
    const { all, subgraphs } = traffic(
      {
        all: { dedup: true, headers: [{ set: 'x-a', value: '1' }], circuit: { openMs: 60_000 } },
        subgraphs: {
          users: {
            deadlineMs: 500,
            retries: { attempts: 1 },
            circuit: false,
            headers: [{ forward: 'X-B' }, { remove: '/^x-c/' }],
          },
        },
      },
      { GRAVITY_ROUTER_SUBGRAPH_DEADLINE_MS: '3000', GRAVITY_ROUTER_SUBGRAPH_CONCURRENCY: '8' },
    )

    expect(all).toMatchObject({ deadlineMs: 3_000, concurrency: 8, dedup: true })
    expect(all.circuit).toMatchObject({ openMs: 60_000, longestOpenMs: 60_000, minimumCalls: 20 })
    expect(subgraphs.get('users')).toMatchObject({
      deadlineMs: 500,
      concurrency: 8,
      dedup: true,
      retries: { attempts: 1, budget: 0.2, minimum: 10 },
      circuit: undefined,
      headers: [
        { set: 'x-a', value: '1' },
        { forward: 'x-b', as: undefined, default: undefined },
        { removeMatching: /^x-c/i },
      ],
    })
  })

  it('adds what passes back to the client of one subgraph to that of all', () => {
    const { subgraphs } = traffic({
      all: { answerHeaders: [{ pass: '/^x-/', merge: 'last' }, { pass: 'Set-Cookie' }] },
      subgraphs: { users: { answerHeaders: [{ pass: 'x-cost', as: 'X-Price' }] } },
    })

    expect(subgraphs.get('users')?.answerHeaders).toEqual([
      { pass: /^x-/i, as: undefined, merge: 'last' },
      { pass: 'set-cookie', as: undefined, merge: 'append' },
      { pass: 'x-cost', as: 'x-price', merge: 'first' },
    ])
  })

  it('reads a file, and values of headers from variables', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gravity-traffic-'))
    const file = join(folder, 'traffic.json')
    await writeFile(file, '{"all":{"headers":[{"set":"x-key","environment":"SHOP_KEY"}]}}')

    const { all } = readTrafficConfig({ GRAVITY_ROUTER_TRAFFIC: file, SHOP_KEY: 'hunter2' })
    await rm(folder, { recursive: true })

    expect(all.headers).toEqual([{ set: 'x-key', value: 'hunter2' }])
  })

  it.each<[string, unknown, RegExp]>([
    ['an unknown setting', { all: { deadline: 1 } }, /because of all: .*"deadline"/],
    [
      'a wrong type',
      { subgraphs: { users: { dedup: 'yes' } } },
      /because of subgraphs.users.dedup/,
    ],
    ['a number out of range', { all: { deadlineMs: 0 } }, /because of all.deadlineMs: .*>=1/],
    ['a rule of two kinds', { all: { headers: [{ forward: 'a', set: 'b' }] } }, /one of "forward"/],
    ['a rule of no value', { all: { headers: [{ set: 'b' }] } }, /either "value" or "environment"/],
    [
      'a value with a line break',
      { all: { headers: [{ set: 'b', value: 'a\nb' }] } },
      /value of a/,
    ],
    [
      'a missing variable',
      { all: { headers: [{ set: 'b', environment: 'NO' }] } },
      /NO, which is not set/,
    ],
    [
      'a header of the router',
      { all: { headers: [{ forward: 'gravity-identity' }] } },
      /all.headers.0/,
    ],
    ['two ways for a header', { all: { headers: [{ baggage: '*', remove: 'a' }] } }, /one of "for/],
    ['baggage as it is', { all: { headers: [{ forward: 'baggage' }] } }, /all.headers.0/],
    ['a key of baggage', { all: { headers: [{ baggage: ['a b'] }] } }, /all.headers.0.baggage/],
    [
      'a header of the message',
      { all: { answerHeaders: [{ pass: 'Content-Length' }] } },
      /all.answerHeaders.0.pass/,
    ],
    [
      'a new name for many',
      { all: { answerHeaders: [{ pass: '/^x-/', as: 'x-a' }] } },
      /only a rule that passes one name/,
    ],
    ['a pattern that cannot be read', { all: { headers: [{ forward: '/(/' }] } }, /all.headers.0/],
    ['a certificate without its key', { all: { tls: { certificate: 'a' } } }, /needs its key/],
    [
      'a file that is not there',
      { all: { tls: { ca: '/no/ca.pem' } } },
      /names, \/no\/ca.pem: .*ENOENT/,
    ],
  ])('says what is wrong with %s', (...[, value, sentence]) => {
    expect(() => traffic(value)).toThrow(sentence)
  })

  it('says so when it is no JSON, and prints none of it', () => {
    const read = () => readTrafficConfig({ GRAVITY_ROUTER_TRAFFIC: '{"x-key":"hunter2"' })

    expect(read).toThrow('GRAVITY_ROUTER_TRAFFIC must be JSON, or the name of a file with JSON.')
  })
})
