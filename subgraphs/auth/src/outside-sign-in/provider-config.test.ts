import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { providersVariable } from './provider-config.ts'

const schema = z.object({ PROVIDERS: providersVariable })
const acme = {
  name: 'acme',
  label: 'Acme',
  issuer: 'https://id.acme.example',
  clientId: 'gravity',
  clientSecret: 'between us',
}

function read(...providers: readonly object[]) {
  return parseEnvironment(schema, { PROVIDERS: JSON.stringify(providers) }).PROVIDERS
}

describe('the list of outside providers', () => {
  it('is read from JSON', () => {
    expect(read(acme)).toEqual([acme])
    expect(read({ ...acme, issuer: 'http://127.0.0.1:9000' })).toHaveLength(1)
    expect(parseEnvironment(schema, {}).PROVIDERS).toBeUndefined()
  })

  it.each([
    [{ ...acme, name: 'Acme/1' }],
    [{ ...acme, issuer: 'http://id.acme.example' }],
    [{ ...acme, issuer: 'nonsense' }],
    [{ ...acme, clientID: 'x' }],
    [acme, acme],
  ])('is refused without showing its secrets: %j', (...providers) => {
    expect(() => read(...providers)).toThrow(
      /^PROVIDERS is ‹hidden›, but must be a JSON list such as/,
    )
  })

  it('is refused when it is no JSON', () => {
    expect(() => parseEnvironment(schema, { PROVIDERS: 'between us' })).toThrow('‹hidden›')
  })
})
