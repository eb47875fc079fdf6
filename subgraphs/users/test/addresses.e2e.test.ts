import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { aPerson, type TestPerson } from './people.ts'

let users: TestSubgraph

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph)
})

afterAll(() => users[Symbol.asyncDispose]())

const home = { recipient: 'Ada', line1: '12 St James’s Square', city: 'London', country: 'GB' }

interface Saved {
  readonly __typename: string
  readonly address: { readonly id: string }
  readonly addresses: readonly object[]
}

const saved = `__typename
  ... on AddressSaved { address { id country phone } addresses { recipient isDefaultShipping isDefaultBilling } }
  ... on Problem { code }
  ... on InvalidInput { field }`

async function add(person: TestPerson, input: object = {}): Promise<Saved> {
  const data = await person.answer<{ addAddress: Saved }>(
    `mutation ($input: AddAddressInput!) { addAddress(input: $input) { ${saved} } }`,
    { input: { ...home, ...input } },
  )
  return data.addAddress
}

async function update(person: TestPerson, input: object): Promise<Saved> {
  const data = await person.answer<{ updateAddress: Saved }>(
    `mutation ($input: UpdateAddressInput!) { updateAddress(input: $input) { ${saved} } }`,
    { input: { ...home, ...input } },
  )
  return data.updateAddress
}

async function remove(person: TestPerson, id: string): Promise<object> {
  const data = await person.answer<{ removeAddress: object }>(
    `mutation ($input: RemoveAddressInput!) { removeAddress(input: $input) {
      ... on AddressRemoved { addresses { recipient isDefaultShipping isDefaultBilling } }
    } }`,
    { input: { id } },
  )
  return data.removeAddress
}

function entry(recipient: string, defaults: { shipping?: boolean; billing?: boolean } = {}) {
  return {
    recipient,
    isDefaultShipping: defaults.shipping ?? false,
    isDefaultBilling: defaults.billing ?? false,
  }
}

describe('an address book', () => {
  it('takes the first address for everything, and another when it is told so', async () => {
    const person = await aPerson(users, 'Ada')
    await add(person, { phone: '020 7946 0958' })

    const second = await add(person, { recipient: 'Office', isDefaultBilling: true })

    expect(second.addresses).toEqual([
      entry('Ada', { shipping: true }),
      entry('Office', { billing: true }),
    ])
  })

  it('is changed address by address', async () => {
    const person = await aPerson(users, 'Mover')
    const first = await add(person)
    await add(person, { recipient: 'Office' })

    const changed = await update(person, {
      id: first.address.id.toUpperCase(),
      recipient: 'New Home',
      country: 'de',
      phone: '030 901820',
    })

    expect(changed).toMatchObject({
      __typename: 'AddressSaved',
      address: { id: first.address.id, country: 'DE', phone: '+4930901820' },
      addresses: [entry('New Home', { shipping: true, billing: true }), entry('Office')],
    })
  })

  it('passes on what a removed address was taken for', async () => {
    const person = await aPerson(users, 'Remover')
    const first = await add(person)
    await add(person, { recipient: 'Second' })
    await add(person, { recipient: 'Third', isDefaultBilling: true })

    const left = {
      addresses: [entry('Second', { shipping: true }), entry('Third', { billing: true })],
    }
    expect(await remove(person, first.address.id)).toEqual(left)
    expect(await remove(person, first.address.id)).toEqual(left)
  })

  it('has at most twenty addresses, also when many come at once', async () => {
    const person = await aPerson(users, 'Collector')
    for (let number = 1; number <= 18; number += 1) await add(person)

    const results = await Promise.all([1, 2, 3, 4].map(() => add(person)))

    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'AddressSaved',
      'AddressSaved',
      'TooManyAddresses',
      'TooManyAddresses',
    ])
  })

  it('keeps one default for each use when two are chosen at once', async () => {
    const person = await aPerson(users, 'Undecided')
    await add(person)

    await Promise.all(
      ['Left', 'Right'].map((recipient) => add(person, { recipient, isDefaultShipping: true })),
    )

    const rows = await users.sql(
      'select from addresses where user_id = $1 and is_default_shipping',
      [person.id],
    )
    expect(rows).toHaveLength(1)
  })

  it('names the field that is not acceptable', async () => {
    expect(await add(await aPerson(users, 'Somewhere'), { country: 'XX' })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'country',
    })
  })

  it('is changed by nobody else', async () => {
    const { address } = await add(await aPerson(users, 'Victim'))
    const other = await aPerson(users, 'Meddler')

    expect(await update(other, { id: address.id })).toMatchObject({ code: 'ADDRESS_NOT_FOUND' })
    await remove(other, address.id)
    expect(await users.sql('select from addresses where id = $1', [address.id])).toHaveLength(1)
  })

  it('is read by its owner and by staff with the permission', async () => {
    const person = await aPerson(users, 'Readable')
    await add(person)
    const read = 'query ($userId: ID) { addresses(userId: $userId) { recipient } }'
    const variables = { userId: person.id }

    const staff = aViewer({ scopes: ['users:inspect'] })
    expect(await users.answer(read, { viewer: staff, variables })).toEqual({
      addresses: [{ recipient: 'Ada' }],
    })
    const { errors } = await users.ask(read, { variables })
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN')
    // What a program may read of its own person is not what it may read of others.
    const program = await users.ask(read, {
      viewer: aViewer({ clientId: 'a program', scopes: ['users:read'] }),
      variables,
    })
    expect(program.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN')
  })
})
