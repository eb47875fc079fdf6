import { describe, expect, it } from '@jest/globals'
import type { HttpAnswer, HttpPost } from './http-exchange.ts'
import { SharedQueries } from './shared-queries.ts'

function aPeer() {
  const sent: { readonly post: HttpPost; answer(body: string): void }[] = []
  const send = (post: HttpPost) =>
    new Promise<HttpAnswer>((resolve, reject) => {
      post.signal.addEventListener('abort', () => reject(post.signal.reason))
      const answer = (body: string): void =>
        resolve({ status: 200, contentType: '', retryAfter: undefined, body })
      sent.push({ post, answer })
    })
  return { sent, send }
}

const aPost = (signal = new AbortController().signal): HttpPost => ({
  path: '/',
  headers: {},
  body: '',
  signal,
  endsAt: 0,
  maximumBytes: 1,
})

describe('shared queries', () => {
  it('sends equal ones under way once', async () => {
    const queries = new SharedQueries()
    const { sent, send } = aPeer()
    const first = queries.send('a', aPost(), send)
    const second = queries.send('a', aPost(), send)
    const other = queries.send('b', aPost(), send)

    sent[0]?.answer('A')
    sent[1]?.answer('B')

    expect([first.isShared, second.isShared, other.isShared]).toEqual([false, true, false])
    expect((await first.answer).body).toBe('A')
    expect((await second.answer).body).toBe('A')
    expect((await other.answer).body).toBe('B')
    expect(queries.send('a', aPost(), send).isShared).toBe(false)
  })

  it('goes on for the others when the first caller leaves, and ends with the last', async () => {
    const queries = new SharedQueries()
    const { sent, send } = aPeer()
    const leaving = [new AbortController(), new AbortController()]
    const answers = leaving.map(({ signal }) => queries.send('a', aPost(signal), send).answer)

    leaving[0]?.abort(new Error('one has left'))
    await expect(answers[0]).rejects.toThrow('one has left')
    expect(sent[0]?.post.signal.aborted).toBe(false)

    leaving[1]?.abort(new Error('all have left'))
    await expect(answers[1]).rejects.toThrow('all have left')
    expect(sent[0]?.post.signal.aborted).toBe(true)
    expect(queries.send('a', aPost(), send).isShared).toBe(false)
  })

  it('fails for all that share', async () => {
    const queries = new SharedQueries()
    const failing = async (): Promise<HttpAnswer> => Promise.reject(new Error('broken'))
    const answers = [1, 2].map(() => queries.send('a', aPost(), failing).answer)

    const results = await Promise.allSettled(answers)

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('shares nothing that was asked before it starts anew', async () => {
    const queries = new SharedQueries()
    const { sent, send } = aPeer()
    const before = queries.send('a', aPost(), send)

    queries.startAnew()
    const after = queries.send('a', aPost(), send)
    sent[0]?.answer('old')
    sent[1]?.answer('new')

    expect((await before.answer).body).toBe('old')
    expect((await after.answer).body).toBe('new')
  })
})
