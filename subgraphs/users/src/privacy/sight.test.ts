import { describe, expect, it } from '@jest/globals'
import { type Audience, effectiveSettings, openSettings } from './privacy-settings.ts'
import { mayRead, type Onlooker } from './sight.ts'

const stranger: Onlooker = { isOwner: false, isSignedIn: false, isFollower: false }
const member: Onlooker = { isOwner: false, isSignedIn: true, isFollower: false }
const follower: Onlooker = { isOwner: false, isSignedIn: true, isFollower: true }
const owner: Onlooker = { isOwner: true, isSignedIn: true, isFollower: false }

function readers(bio: Audience): boolean[] {
  return [stranger, member, follower, owner].map((onlooker) =>
    mayRead({ onlooker, settings: { ...openSettings, bio }, isVeiled: false }, 'bio'),
  )
}

describe('mayRead', () => {
  it.each([
    ['EVERYONE', [true, true, true, true]],
    ['SIGNED_IN', [false, true, true, true]],
    ['FOLLOWERS', [false, false, true, true]],
    ['NOBODY', [false, false, false, true]],
  ] as const)('lets %s read', (audience, expected) => {
    expect(readers(audience)).toEqual(expected)
  })

  it('lets nobody read what is veiled', () => {
    expect(mayRead({ onlooker: owner, settings: openSettings, isVeiled: true }, 'bio')).toBe(false)
  })
})

describe('effectiveSettings', () => {
  it('shows of a private account to followers only with whom it has to do', () => {
    expect(effectiveSettings({ ...openSettings, followers: 'NOBODY' }, true)).toMatchObject({
      bio: 'EVERYONE',
      counts: 'EVERYONE',
      followers: 'NOBODY',
      following: 'FOLLOWERS',
      activity: 'FOLLOWERS',
    })
  })
})
