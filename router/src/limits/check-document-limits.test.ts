import { describe, expect, it } from '@jest/globals'
import { GraphQLError, getIntrospectionQuery } from 'graphql'
import { checkDocumentLimits } from './check-document-limits.ts'
import { type DocumentLimits, defaultDocumentLimits } from './document-limits.ts'
import { parseWithinLimits } from './parse-within-limits.ts'

function check(text: string, limits: Partial<DocumentLimits> = {}): string[] {
  const allLimits = { ...defaultDocumentLimits, ...limits }
  try {
    const document = parseWithinLimits(text, allLimits)
    return checkDocumentLimits(document, allLimits).map((error) => error.message)
  } catch (error) {
    if (error instanceof GraphQLError) return [error.message]
    throw error
  }
}

function repeat(count: number, text: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => text(at)).join(' ')
}

describe('checkDocumentLimits', () => {
  it('lets the introspection query pass', () => {
    expect(check(getIntrospectionQuery())).toEqual([])
  })

  it('measures depth through fragments', () => {
    const text = '{ a { ...f } } fragment f on T { b { ... on T { c } } }'

    expect(check(text, { depth: 3 })).toEqual([])
    expect(check(text, { depth: 2 })).toEqual([
      'The document selects fields 3 levels deep; the limit is 2.',
    ])
  })

  it('counts root fields, aliases, fields and directives through fragments', () => {
    const text = `
      query q @one { ...f ...f c { d @two } }
      fragment f on Query { x: a @three b }
    `

    expect(check(text, { rootFields: 4, aliases: 1, fields: 5, directives: 3 })).toEqual([
      'The document selects 5 root fields; the limit is 4.',
      'The document has 2 aliases; the limit is 1.',
      'The document selects 6 fields; the limit is 5.',
      'The document has 4 directives; the limit is 3.',
    ])
  })

  it('judges each operation by itself', () => {
    expect(check('query a { b c } query d { e f }', { rootFields: 2 })).toEqual([])
  })

  it('refuses one field that is repeated side by side', () => {
    expect(check(`{ ${repeat(101, () => 'me')} }`)).toContain(
      'The document selects one field 101 times side by side; the limit is 100.',
    )
  })

  it('refuses one field that is repeated in inline fragments', () => {
    expect(check(`{ ${repeat(101, () => '... { me }')} }`)).toContain(
      'The document selects one field 101 times side by side; the limit is 100.',
    )
  })

  it('refuses many fragments side by side, those within them included', () => {
    const text = '{ ...f a { ...f ...f } } fragment f on T { ... { ...g } b } fragment g on T { c }'

    expect(check(text, { spreads: 4 })).toEqual([])
    expect(check(text, { spreads: 3 })).toEqual([
      'The document spreads 4 fragments side by side; the limit is 3.',
    ])
  })

  it('refuses 10,000 aliases', () => {
    const text = `{ ${repeat(10_000, (at) => `a${at}: __typename`)} }`

    expect(check(text)).toEqual(['The document has more than 10000 tokens; the limit is 10000.'])
    expect(check(text, { tokens: 100_000, characters: 1e6 })).toContain(
      'The document has 10000 aliases; the limit is 200.',
    )
  })

  it('refuses a thousand levels of fields, lists, objects and types', () => {
    const deep = (open: string, close: string) => open.repeat(1_000) + close.repeat(1_000)
    const refusal = expect.stringMatching(/nests \d+ levels deep; the limit is 200/)

    expect(check(`{ ${deep('a {', '}')} }`)).toEqual([refusal])
    expect(check(`{ a(b: ${deep('[', ']')}) }`)).toEqual([refusal])
    expect(check(`{ a(b: ${deep('{ c: ', '}')}) }`)).toEqual([refusal])
    expect(check(`query q($a: ${deep('[', ']')}) { b }`)).toEqual([refusal])
  })

  it('counts fragments that multiply without walking them again and again', () => {
    const bomb = repeat(
      200,
      (at) => `fragment f${at} on T { a: b { ...f${at + 1} ...f${at + 1} } }`,
    )
    const text = `{ ...f0 } ${bomb} fragment f200 on T { c }`

    expect(check(text)).toContain(
      'The document selects more than 1000000 fields; the limit is 5000.',
    )
  })

  it('refuses a chain of fragments as long as the document', () => {
    const chain = repeat(1_000, (at) => `fragment f${at} on T { ...f${at + 1} }`)

    expect(check(`{ ...f0 } ${chain} fragment f1000 on T { a }`)).toContain(
      'The document nests 1002 levels deep; the limit is 200.',
    )
  })

  it('leaves cyclic and unknown fragments to validation', () => {
    expect(
      check('{ ...f ...unknown } fragment f on T { a { ...g } } fragment g on T { ...f }'),
    ).toEqual([])
  })

  it('tells limit, maximum and value in the extensions', () => {
    const document = parseWithinLimits('{ a b c }', defaultDocumentLimits)

    const [error] = checkDocumentLimits(document, { ...defaultDocumentLimits, rootFields: 2 })

    expect(error?.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      limit: 'rootFields',
      maximum: 2,
      actual: 3,
    })
  })

  it('refuses a text that is too long, whatever it says', () => {
    expect(check('#'.repeat(200_001))).toEqual([
      'The document has 200001 characters; the limit is 200000.',
    ])
  })

  it('counts comments as tokens', () => {
    expect(check('# comment\n{ a }'.repeat(2), { tokens: 7 })).toEqual([
      'The document has more than 7 tokens; the limit is 7.',
    ])
  })

  it('reports syntax errors as such', () => {
    expect(check('{ a(: }')).toEqual([expect.stringContaining('Syntax Error')])
    expect(check('{ a ¿ }')).toEqual([expect.stringContaining('Syntax Error')])
  })
})
