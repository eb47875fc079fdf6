import { describe, expect, it } from '@jest/globals'
import { isUuid, timeOfId } from '../identifiers/uuid-v7.ts'
import { demoPeople } from './demo-people.ts'

describe('demoPeople', () => {
  it('has unique, well-formed ids that carry the time of registration', () => {
    expect(new Set(demoPeople.map((person) => person.id)).size).toBe(demoPeople.length)
    for (const person of demoPeople) {
      expect(isUuid(person.id)).toBe(true)
      expect(timeOfId(person.id)).toEqual(person.registeredAt)
    }
  })

  it('is the same in every process', () => {
    expect(demoPeople[1]?.id).toBe('019bc0f1-a2e0-77e7-8807-44d238b41041')
  })
})
