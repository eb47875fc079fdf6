import { describe, expect, it } from '@jest/globals'
import { readTagRules } from './tag-rules.ts'

const rules = readTagRules(`
  type Query @join__type(graph: A) {
    thing(id: ID!, where: Place): [Thing!]!
      @join__directive(graphs: [A], name: "federation__cacheTag", args: {format: "thing-{$args.id}"})
      @join__directive(graphs: [A], name: "federation__cacheTag", args: {format: "in-{$args.where.city}"})
      @join__directive(graphs: [A], name: "other", args: {format: "no"})
  }
  interface Item @join__type(graph: A, key: "id") { id: ID! }
  type Thing implements Item
    @join__type(graph: A, key: "id")
    @join__type(graph: B, key: "id")
    @join__type(graph: B, key: "house { code } number")
    @join__directive(graphs: [A], name: "federation__cacheTag", args: {format: "t-{$key.house.code}"}) {
    id: ID! house: House number: Int
  }
  type House @join__type(graph: B) { code: ID! }
`)

describe('readTagRules', () => {
  it('makes a tag of every key that an object shows, also for entities that it implements', () => {
    expect(rules.entityTags('Thing', { id: 7 })).toEqual(['Thing:7', 'Item:7'])
    expect(rules.entityTags('Thing', { id: '7', house: { code: 'N' }, number: 1 })).toEqual([
      'Thing:7',
      'Thing:{"house":{"code":"N"},"number":1}',
      't-N',
      'Item:7',
    ])
  })

  it('makes none of what is no entity, or shows no key', () => {
    expect(rules.entityTags('House', { code: 'N' })).toEqual([])
    expect(rules.entityTags('Thing', { number: 1, house: null, id: null })).toEqual([])
    expect(rules.entityTags('Unknown', { id: 1 })).toEqual([])
  })

  it('fills in the arguments of a field, and leaves out a tag that lacks one', () => {
    expect(rules.rootTags('thing', { id: '7', where: { city: 'Ur' } })).toEqual([
      'thing-7',
      'in-Ur',
    ])
    expect(rules.rootTags('thing', { id: '7', where: null })).toEqual(['thing-7'])
    expect(rules.rootTags('other', {})).toEqual([])
  })

  it('knows what fields return', () => {
    expect(rules.returnedType('Query', 'thing')).toBe('Thing')
    expect(rules.returnedType('Query', 'nothing')).toBeUndefined()
  })
})
