import { describe, expect, it } from '@jest/globals'
import { QueryFailedError } from 'typeorm'
import { GravityError } from '../errors/gravity-error.ts'
import {
  databaseErrorCode,
  isConnectionFailure,
  translateConnectionFailure,
  translatingFailures,
} from './connection-failure.ts'

function errorWith(code: string): Error {
  return Object.assign(new Error('from the driver'), { code })
}

describe('isConnectionFailure', () => {
  it.each(['ECONNREFUSED', 'EAI_AGAIN', '08006', '57P01', '57P03', '53300', '57014', '25P03'])(
    'is true for %s',
    (code) => {
      expect(isConnectionFailure(errorWith(code))).toBe(true)
      expect(isConnectionFailure(new QueryFailedError('select', [], errorWith(code)))).toBe(true)
    },
  )

  it.each(['23505', '28P01', '40001', '42601', 'ERR_INVALID_ARG_TYPE'])(
    'is false for %s',
    (code) => {
      expect(isConnectionFailure(errorWith(code))).toBe(false)
      expect(isConnectionFailure(new QueryFailedError('select', [], errorWith(code)))).toBe(false)
    },
  )

  it('knows the sentences that the driver uses instead of a code', () => {
    expect(isConnectionFailure(new Error('Connection terminated unexpectedly'))).toBe(true)
    expect(isConnectionFailure(new Error('timeout exceeded when trying to connect'))).toBe(true)
    expect(isConnectionFailure(new Error('the order does not exist'))).toBe(false)
    expect(isConnectionFailure('a string')).toBe(false)
  })
})

describe('translateConnectionFailure', () => {
  it('keeps the cause and says nothing of it to the caller', () => {
    const cause = errorWith('ECONNREFUSED')

    const translated = translateConnectionFailure(cause)

    expect(translated).toBeInstanceOf(GravityError)
    expect(translated).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', cause })
    expect(String(translated)).not.toContain('driver')
  })

  it('leaves every other error as it is', () => {
    const refusal = new GravityError('FORBIDDEN', 'Not yours.')
    const violation = errorWith('23505')

    expect(translateConnectionFailure(refusal)).toBe(refusal)
    expect(translateConnectionFailure(violation)).toBe(violation)
  })
})

describe('databaseErrorCode', () => {
  it('looks into the error that TypeORM wraps', () => {
    expect(databaseErrorCode(new QueryFailedError('select', [], errorWith('23505')))).toBe('23505')
    expect(databaseErrorCode(new Error('none'))).toBeUndefined()
    expect(databaseErrorCode(null)).toBeUndefined()
  })
})

describe('translatingFailures', () => {
  class Reviews {
    readonly #failure: Error
    readonly table = 'reviews'

    constructor(failure: Error) {
      this.#failure = failure
    }

    async find(): Promise<string> {
      throw this.#failure
    }

    describe(prefix: string): string {
      return `${prefix} ${this.table}`
    }
  }

  it('translates what methods reject with, also in nested objects', async () => {
    const store = translatingFailures({ reviews: new Reviews(errorWith('57P01')) })

    await expect(store.reviews.find()).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' })
  })

  it('changes nothing else', async () => {
    const violation = errorWith('23505')
    const store = translatingFailures({ reviews: new Reviews(violation) })

    await expect(store.reviews.find()).rejects.toBe(violation)
    expect(store.reviews.describe('all')).toBe('all reviews')
  })
})
