import { describe, expect, it } from '@jest/globals'
import { v7 } from 'uuid'
import { isRecentId, isUuid, timeOfId } from './uuid-v7.ts'

describe('timeOfId', () => {
  it('reads the time from a UUIDv7', () => {
    expect(timeOfId(v7({ msecs: 1_790_000_000_123 }))?.getTime()).toBe(1_790_000_000_123)
  })

  it('knows no time for other identifiers', () => {
    expect(timeOfId('3b241101-e2bb-4255-8caf-4136c566a962')).toBeUndefined()
    expect(timeOfId('no id')).toBeUndefined()
  })
})

describe('isRecentId', () => {
  const now = new Date(1_790_000_010_000)

  it('accepts what was made within the time', () => {
    expect(isRecentId(v7({ msecs: 1_790_000_009_000 }), now, 3_000)).toBe(true)
  })

  it('refuses what is older or lies in the future', () => {
    expect(isRecentId(v7({ msecs: 1_790_000_001_000 }), now, 3_000)).toBe(false)
    expect(isRecentId(v7({ msecs: 1_790_000_020_000 }), now, 3_000)).toBe(false)
  })
})

describe('isUuid', () => {
  it('tells identifiers from other text', () => {
    expect(isUuid(v7())).toBe(true)
    expect(isUuid("1'; drop table users")).toBe(false)
  })
})
