import { describe, expect, it } from '@jest/globals'
import { negotiateContent, parseContentType, prefersHtml } from './content-negotiation.ts'

describe('negotiateContent', () => {
  it.each([
    [undefined, 'application/json', false],
    ['*/*', 'application/json', false],
    ['application/*', 'application/json', false],
    ['application/json', 'application/json', false],
    [
      'APPLICATION/GraphQL-Response+JSON; charset=utf-8',
      'application/graphql-response+json',
      false,
    ],
    [
      'application/graphql-response+json, application/json;q=0.9',
      'application/graphql-response+json',
      false,
    ],
    [
      'application/json;q=0.5, application/graphql-response+json;q=0.8',
      'application/graphql-response+json',
      false,
    ],
    ['text/event-stream', undefined, true],
    ['text/event-stream, application/json', 'application/json', true],
    ['application/json;q=0', undefined, false],
    ['text/html', undefined, false],
    ['', undefined, false],
    ['application/json;q=banana', undefined, false],
  ] as const)('reads %j', (accept, single, eventStream) => {
    expect(negotiateContent(accept)).toMatchObject({ single, eventStream })
  })
})

describe('negotiateContent of parts', () => {
  it.each([
    ['application/json', undefined, false],
    ['multipart/mixed;deferSpec=20220824,application/json', '20220824', false],
    ['application/json, multipart/mixed', '20220824', false],
    ['multipart/mixed; incrementalSpec="v0.2", application/json', 'v0.2', false],
    [
      'multipart/mixed;deferSpec=20220824;q=0.5, multipart/mixed;incrementalSpec=v0.2',
      'v0.2',
      false,
    ],
    ['multipart/mixed;deferSpec=20991231, application/json', undefined, false],
    ['multipart/mixed;deferSpec=20220824;q=0, application/json', undefined, false],
    ['multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json', undefined, true],
  ] as const)('reads %j', (accept, deferral, multipartSubscriptions) => {
    const accepted = negotiateContent(accept)

    expect(accepted).toMatchObject({ deferral, multipartSubscriptions, single: 'application/json' })
  })

  it('leaves the form of a single answer to the other types', () => {
    const accept =
      'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9'

    expect(negotiateContent(accept).single).toBe('application/graphql-response+json')
  })
})

describe('parseContentType', () => {
  it.each([
    ['application/json', 'application/json', true],
    ['Application/JSON ; charset="UTF-8"', 'application/json', true],
    ['application/json;charset=utf-16', 'application/json', false],
    ['multipart/form-data; boundary=x', 'multipart/form-data', true],
    [undefined, '', true],
  ] as const)('reads %j', (header, mediaType, utf8) => {
    expect(parseContentType(header)).toEqual({ mediaType, utf8 })
  })
})

describe('prefersHtml', () => {
  it('tells browsers that navigate from programs', () => {
    expect(prefersHtml('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')).toBe(
      true,
    )
    expect(prefersHtml('application/json, text/html;q=0.5')).toBe(false)
    expect(prefersHtml('*/*')).toBe(false)
    expect(prefersHtml(undefined)).toBe(false)
  })
})
