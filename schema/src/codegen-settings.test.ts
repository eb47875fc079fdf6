import { describe, expect, it } from '@jest/globals'
import { parseCodegenSettings } from './codegen-settings.ts'

describe('parseCodegenSettings', () => {
  it('reads context and mappers', () => {
    const codegen = {
      context: '../context.ts#UsersContext',
      mappers: { User: '../profiles/profile.entity.ts#ProfileRow' },
    }

    expect(parseCodegenSettings({ name: '@gravity/users', codegen }, 'users')).toEqual(codegen)
  })

  it('takes a package without the section', () => {
    expect(parseCodegenSettings({}, 'users')).toEqual({ context: undefined, mappers: {} })
  })

  it('says where a reference is wrong and what it should look like', () => {
    const manifest = { codegen: { mappers: { User: 'profile.entity' } } }

    expect(() => parseCodegenSettings(manifest, 'users')).toThrow(
      'users: codegen.mappers.User in package.json is "profile.entity"; write a file and its exported type, as "../context.ts#UsersContext".',
    )
  })
})
