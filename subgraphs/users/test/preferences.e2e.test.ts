import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { aPerson, type TestPerson } from './people.ts'

let users: TestSubgraph

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph)
})

afterAll(() => users[Symbol.asyncDispose]())

const fields = 'locale timeZone currency appearance'

function update(person: TestPerson, input: object) {
  return person.answer(
    `mutation ($input: UpdatePreferencesInput!) {
      updatePreferences(input: $input) { ... on Preferences { ${fields} } ... on InvalidInput { field } }
    }`,
    { input },
  )
}

describe('preferences', () => {
  it('begin with defaults, change one by one, and belong to one person', async () => {
    const [ann, ben] = [await aPerson(users), await aPerson(users)]
    const defaults = { locale: 'en', timeZone: 'UTC', currency: 'EUR', appearance: 'SYSTEM' }
    expect(await ann.answer(`{ myPreferences { ${fields} } }`)).toEqual({ myPreferences: defaults })

    await update(ann, { locale: 'pt-br', timeZone: 'America/Sao_Paulo' })
    await update(ann, { appearance: 'DARK' })

    expect(await ann.answer(`{ myPreferences { ${fields} } }`)).toEqual({
      myPreferences: {
        locale: 'pt-BR',
        timeZone: 'America/Sao_Paulo',
        currency: 'EUR',
        appearance: 'DARK',
      },
    })
    expect(await ben.answer(`{ myPreferences { ${fields} } }`)).toEqual({ myPreferences: defaults })
  })

  it('do not undo one another when they change at the same time', async () => {
    const ann = await aPerson(users)

    await Promise.all([
      update(ann, { locale: 'de' }),
      update(ann, { currency: 'CHF' }),
      update(ann, { timeZone: 'Europe/Zurich' }),
      update(ann, { appearance: 'LIGHT' }),
    ])

    expect(await ann.answer(`{ myPreferences { ${fields} } }`)).toEqual({
      myPreferences: {
        locale: 'de',
        timeZone: 'Europe/Zurich',
        currency: 'CHF',
        appearance: 'LIGHT',
      },
    })
  })

  it('name the field that is refused, and stay as they are', async () => {
    const ann = await aPerson(users)

    expect(await update(ann, { locale: 'de', currency: 'EURO' })).toEqual({
      updatePreferences: { field: 'currency' },
    })
    expect(await ann.answer('{ myPreferences { locale } }')).toEqual({
      myPreferences: { locale: 'en' },
    })
  })

  it('are not for the anonymous', async () => {
    for (const document of [
      '{ myPreferences { locale } }',
      'mutation { updatePreferences(input: {}) { __typename } }',
    ]) {
      const { errors } = await users.ask(document, { viewer: null })
      expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
    }
  })
})
