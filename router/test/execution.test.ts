import { describe, expect, it } from '@jest/globals'
import { buildSchema, execute, parse, printSchema, validate } from 'graphql'
import { ask, startGraph } from './execution-graph.ts'
import { librarySubgraphs, root } from './execution-library.ts'

const graph = await startGraph(librarySubgraphs)
const monolith = buildSchema(printSchema(graph.apiSchema()))

/** What a plain GraphQL server over the same objects answers, as text, so that the order of fields counts. */
async function expected(query: string, variables: Record<string, unknown>): Promise<string> {
  const document = parse(query)
  const { data } = await execute({
    schema: monolith,
    document,
    rootValue: root,
    variableValues: variables,
  })
  return JSON.stringify(data)
}

const cases: Record<string, string> = {
  'a field of each of three subgraphs':
    '{ person(id: "1") { id email loans { number } reviews { stars } } }',
  aliases: '{ a: person(id: "1") { x: id y: id id: name } b: person(id: "9") { id } }',
  'compound keys': '{ copies { house { code city } number worn item { title } } }',
  'required fields':
    '{ items { ... on Book { shippingCost } ... on Film { shippingCost price } } }',
  'provided fields': '{ topReviews { by { name nickname } } }',
  'fields of an interface object': '{ items { title rating reviews { stars of { title } } } }',
  'abstract types in an interface object':
    '{ topReviews { of { __typename ... on Book { isbn } ... on Film { minutes } } } }',
  unions:
    '{ search(text: "1") { __typename ... on Person { nickname } ... on Book { pages author { name } } ... on Item { title } } }',
  'lists of lists of entities': '{ shelves { title reviews { body } } }',
  'lists of lists of leaves': '{ people { tags } }',
  'arguments of different fragments':
    '{ items { ... on Book { reviews(first: 1) { id } } ... on Film { reviews { id } } slug(prefix: "p") } }',
  'a fragment on every level':
    'query { people { ...P } } fragment P on Person { friends { ...Q } } fragment Q on Person { loans { item { ...I } } } fragment I on Item { title ...R } fragment R on Item { rating }',
  'a null that rises to a nullable parent': '{ person(id: "2") { id email } }',
  'a null that rises to the top': '{ people { email } }',
  'a nullable field that fails': '{ people { nickname } }',
  'names that objects inherit':
    '{ person(id: "1") { __proto__: id constructor: name toString: nickname hasOwnProperty: friends { valueOf: id } } }',
  'an enum value that clients may not see': '{ items { ... on Book { genre } } }',
  'nothing at all': '{ nothing { id loans { number } } person(id: "9") { reviews { id } } }',
  'the type of the root': '{ __typename t: __typename person(id: "1") { __typename } }',
  'the root alone': '{ __typename }',
  variables:
    'query ($id: ID = "2", $first: Int) { person(id: $id) { name } items { reviews(first: $first) { id } } }',
  'variables with names that plans use':
    'query ($representations: Int = 1, $representations0: Int, $contextualArgument_1_0: ID = "2") { items { reviews(first: $representations) { by { nickname } } r: reviews(first: $representations0) { id } } person(id: $contextualArgument_1_0) { loans { item { title } } } }',
  'input objects':
    'query ($point: Point) { echo(point: $point) other: echo(number: 1, mood: GOOD) }',
  conditions:
    'query ($yes: Boolean!, $no: Boolean = false) { people @include(if: $yes) { id name @skip(if: $yes) ... @include(if: $no) { email } } items @skip(if: $yes) { id } }',
  'a condition on each of two equal fields':
    'query ($yes: Boolean!) { people { friends @include(if: $yes) { id } friends @skip(if: $yes) { name } } }',
  'nothing left by conditions': 'query ($yes: Boolean!) { people @skip(if: $yes) { id } }',
}

const variables = { representations0: 1, yes: true, point: { y: [1.5] }, first: 1 }

describe('execution', () => {
  it.each(Object.entries(cases))('answers %s like one server', async (_name, query) => {
    expect(validate(monolith, parse(query))).toEqual([])

    const { data } = await ask(graph, query, { variables })

    expect(JSON.stringify(data)).toBe(await expected(query, variables))
  })
})
