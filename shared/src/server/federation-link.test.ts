import { describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { federationDirectiveName } from './federation-link.ts'

function nameIn(link: string): string {
  return federationDirectiveName(parse(`extend schema ${link} type Query { a: ID }`), 'shareable')
}

const url = 'url: "https://specs.apollo.dev/federation/v2.9"'

describe('federationDirectiveName', () => {
  it.each([
    ['is its own when imported', `@link(${url}, import: ["@key", "@shareable"])`, 'shareable'],
    ['is its alias', `@link(${url}, import: [{ name: "@shareable", as: "@shared" }])`, 'shared'],
    ['is namespaced otherwise', `@link(${url}, import: ["@key"])`, 'federation__shareable'],
    ['is namespaced without imports', `@link(${url})`, 'federation__shareable'],
    [
      'ignores other specifications',
      `@link(url: "https://example.com/x/v1", import: ["@shareable"]) @link(${url})`,
      'federation__shareable',
    ],
  ])('%s', (_title, link, name) => {
    expect(nameIn(link)).toBe(name)
  })
})
