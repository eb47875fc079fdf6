import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { subjectOf } from '../personal/subject.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import type { AddressRow, AddressUse, PostalAddress } from './address.repository.ts'
import { type AddressText, parseAddress } from './parse-address.ts'

export interface AddressServiceDeps {
  readonly database: Database<UsersStore, UsersReads>
  readonly clock: { now(): Date; newId(): string }
}

export interface AddressInput extends AddressText {
  readonly isDefaultShipping?: boolean | null | undefined
  readonly isDefaultBilling?: boolean | null | undefined
}

export interface AddressNotFound {
  readonly __typename: 'AddressNotFound'
  readonly code: 'ADDRESS_NOT_FOUND'
  readonly message: string
}

export interface TooManyAddresses {
  readonly __typename: 'TooManyAddresses'
  readonly code: 'TOO_MANY_ADDRESSES'
  readonly message: string
}

export const mostAddresses = 20

/** A book after it was changed, and the id of the address that was. */
export interface AddressBook {
  readonly addresses: readonly AddressRow[]
  readonly id: string
}

/** Where people have things sent, and bills. Only they see it, and staff with the permission. */
export class AddressService {
  readonly #deps: AddressServiceDeps

  constructor(deps: AddressServiceDeps) {
    this.#deps = deps
  }

  async list(viewer: Viewer, userId: string | null | undefined): Promise<AddressRow[]> {
    const subject = subjectOf(viewer, userId)
    return isUuid(subject) ? this.#deps.database.reads.addresses.ofPerson(subject) : []
  }

  /** The first one is for everything. */
  async add(
    viewer: Viewer,
    input: AddressInput,
  ): Promise<AddressBook | TooManyAddresses | InvalidInput> {
    const address = parseAddress(input)
    if ('__typename' in address) return address
    const { clock } = this.#deps
    const id = clock.newId()
    return this.#change(viewer, id, async (store, present) => {
      if (present.length >= mostAddresses) return tooManyAddresses
      await store.addresses.insert({ id, userId: viewer.userId, addedAt: clock.now() }, address)
      const isFirst = present.length === 0
      await this.#choose(store, viewer.userId, {
        id,
        shipping: isFirst || input.isDefaultShipping === true,
        billing: isFirst || input.isDefaultBilling === true,
      })
      return undefined
    })
  }

  /** What takes an address's place for a use is another address, so `false` changes nothing here. */
  async update(
    viewer: Viewer,
    { id: givenId, ...input }: AddressInput & { readonly id: string },
  ): Promise<AddressBook | AddressNotFound | InvalidInput> {
    const address = parseAddress(input)
    if ('__typename' in address) return address
    const id = givenId.toLowerCase()
    return this.#change(viewer, id, async (store, present) => {
      if (!present.some((row) => row.id === id)) return addressNotFound
      await store.addresses.update(id, address satisfies PostalAddress)
      await this.#choose(store, viewer.userId, {
        id,
        shipping: input.isDefaultShipping === true,
        billing: input.isDefaultBilling === true,
      })
      return undefined
    })
  }

  /** What it was taken for, the oldest that is left is taken for. Removing it twice does nothing more. */
  async remove(viewer: Viewer, givenId: string): Promise<AddressBook> {
    const id = givenId.toLowerCase()
    return this.#change<never>(viewer, id, async (store, present) => {
      const removed = present.find((row) => row.id === id)
      if (!removed) return undefined
      await store.addresses.remove(viewer.userId, id)
      const [heir] = present.filter((row) => row.id !== id)
      if (!heir) return undefined
      await this.#choose(store, viewer.userId, {
        id: heir.id,
        shipping: removed.isDefaultShipping,
        billing: removed.isDefaultBilling,
      })
      return undefined
    })
  }

  async #change<Problem extends { readonly __typename: string }>(
    viewer: Viewer,
    id: string,
    work: (store: UsersStore, present: readonly AddressRow[]) => Promise<Problem | undefined>,
  ): Promise<AddressBook | Problem> {
    return this.#deps.database.transaction(async (store) => {
      await store.addresses.lock(viewer.userId)
      const problem = await work(store, await store.addresses.ofPerson(viewer.userId))
      return problem ?? { id, addresses: await store.addresses.ofPerson(viewer.userId) }
    })
  }

  async #choose(
    store: UsersStore,
    userId: string,
    choice: { readonly id: string } & Readonly<Record<AddressUse, boolean>>,
  ): Promise<void> {
    if (choice.shipping) await store.addresses.makeDefault(userId, choice.id, 'shipping')
    if (choice.billing) await store.addresses.makeDefault(userId, choice.id, 'billing')
  }
}

const addressNotFound: AddressNotFound = {
  __typename: 'AddressNotFound',
  code: 'ADDRESS_NOT_FOUND',
  message: 'You have no address with this id.',
}

const tooManyAddresses: TooManyAddresses = {
  __typename: 'TooManyAddresses',
  code: 'TOO_MANY_ADDRESSES',
  message: `An address book has at most ${mostAddresses} addresses. Remove one first.`,
}
