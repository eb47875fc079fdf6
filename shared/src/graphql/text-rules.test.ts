import { describe, expect, it } from '@jest/globals'
import { buildSchema, type GraphQLSchema, graphql } from 'graphql'
import { enforceTextRules } from './text-rules.ts'

function build(calls: unknown[] = []): GraphQLSchema {
  const schema = buildSchema(`
    type Query { echo(text: String, id: ID, input: Input, list: [[String]], json: JSON, count: Int): String }
    input Input { tags: [String!] deeper: Input number: Int }
    scalar JSON`)
  const field = schema.getQueryType()?.getFields()['echo']
  if (field) field.resolve = (_source, args) => String(calls.push(args))
  enforceTextRules(schema)
  return schema
}

const query = `query($text: String, $id: ID, $input: Input, $list: [[String]], $json: JSON) {
  echo(text: $text, id: $id, input: $input, list: $list, json: $json)
}`

async function refusal(variableValues: Record<string, unknown>) {
  const calls: unknown[] = []
  const { errors } = await graphql({ schema: build(calls), source: query, variableValues })
  expect(calls).toEqual([])
  return { message: errors?.[0]?.message, ...errors?.[0]?.extensions }
}

describe('text in arguments', () => {
  it.each([
    ['text', { text: 'a\u0000' }],
    ['id', { id: '\u0000' }],
    ['input.tags[1]', { input: { tags: ['ok', '\udc00'] } }],
    ['input.deeper.deeper.tags[0]', { input: { deeper: { deeper: { tags: ['\ud83d'] } } } }],
    ['list[0][2]', { list: [['a', 'b', '\u0000']] }],
    ['json.a.b', { json: { a: { b: '\u0000' } } }],
  ])('is refused by its path at %s', async (path, variables) => {
    expect(await refusal(variables)).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: path,
      message: expect.stringContaining(`\`${path}\``),
    })
  })

  it('is refused in the names of a JSON value, which are not repeated', async () => {
    expect(await refusal({ json: { a: { 'b\u0000': 1 } } })).toMatchObject({
      message: 'The argument `json.a` has a name that contains a null character',
    })
  })

  it('is refused in a literal', async () => {
    const { errors } = await graphql({
      schema: build(),
      source: String.raw`{ echo(input: { tags: ["a\u0000"] }) }`,
    })

    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'input.tags[0]',
    })
  })

  it('passes when it is well-formed, emoji and all', async () => {
    const calls: unknown[] = []
    const variableValues = {
      text: 'Zoë 👩‍👩‍👧 \u{10FFFF}',
      input: { tags: ['\n\t'] },
      json: { a: [null, 1, true] },
    }

    await graphql({ schema: build(calls), source: query, variableValues })

    expect(calls).toEqual([expect.objectContaining(JSON.parse(JSON.stringify(variableValues)))])
  })

  it('costs fields nothing that cannot take text', () => {
    const schema = buildSchema(
      'type Query { a(count: Int, deep: Deep): ID } input Deep { n: Int deep: Deep }',
    )

    enforceTextRules(schema)

    expect(schema.getQueryType()?.getFields()['a']?.resolve).toBeUndefined()
  })
})
