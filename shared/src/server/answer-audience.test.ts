import { describe, expect, it } from '@jest/globals'
import { AnswerAudience } from './answer-audience.ts'

describe('AnswerAudience', () => {
  it('is everybody until somebody says otherwise', () => {
    const audience = new AnswerAudience()

    expect(audience.isEverybody).toBe(true)
    expect([audience.includes(null), audience.includes('a')]).toEqual([true, true])
    expect(audience.headerText).toBeUndefined()
  })

  it('is everybody but those it excludes', () => {
    const audience = new AnswerAudience()
    audience.exclude(['a'])
    audience.exclude([])

    expect(audience.isEverybody).toBe(false)
    expect(['a', 'b', null].map((id) => audience.includes(id))).toEqual([false, true, true])
  })

  it('is nobody else once it is personal, whatever is said afterwards', () => {
    const audience = new AnswerAudience()
    audience.restrict()
    audience.exclude(['a'])

    expect(['a', 'b', null].map((id) => audience.includes(id))).toEqual([false, false, false])
  })

  it('takes over that of its parts', () => {
    const [whole, one, other] = [new AnswerAudience(), new AnswerAudience(), new AnswerAudience()]
    one.exclude(['a'])
    other.exclude(['b'])
    whole.add(one)
    whole.add(other)

    expect(['a', 'b', 'c'].map((id) => whole.includes(id))).toEqual([false, false, true])
    one.restrict()
    whole.add(one)
    expect(whole.isPersonal).toBe(true)
  })

  it('becomes personal when it excludes too many', () => {
    const audience = new AnswerAudience()
    audience.exclude(Array.from({ length: 1_001 }, (_, index) => `${index}`))

    expect(audience.isPersonal).toBe(true)
  })

  it.each([
    [(audience: AnswerAudience) => audience.exclude(['a', 'b']), [false, true]],
    [(audience: AnswerAudience) => audience.restrict(), [false, false]],
    [() => undefined, [true, true]],
  ])('travels in a header', (say, included) => {
    const sent = new AnswerAudience()
    const received = new AnswerAudience()
    say(sent)
    received.addHeader(sent.headerText)

    expect(['a', 'c'].map((id) => received.includes(id))).toEqual(included)
  })

  it('is nobody else when a header is too short for all, or not understood', () => {
    const many = new AnswerAudience()
    many.exclude(Array.from({ length: 101 }, (_, index) => `${index}`))
    const strange = new AnswerAudience()
    strange.addHeader('only a')

    expect(many.headerText).toBe('viewer')
    expect(strange.isPersonal).toBe(true)
  })
})
