import { invariant } from '@gravity/shared/errors/invariant'
import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import type { MutationResolvers, QueryResolvers } from '../generated/resolver-types.ts'
import type { AddressBook } from './address.service.ts'

function asSaved<Problem extends { readonly __typename: string }>(result: AddressBook | Problem) {
  if ('__typename' in result) return result
  const { addresses, id } = result
  const address = addresses.find((row) => row.id === id)
  invariant(address, 'the address was saved a moment ago')
  return { __typename: 'AddressSaved' as const, address, addresses: [...addresses] }
}

export const addressQueries: Pick<QueryResolvers, 'addresses'> = {
  addresses: (_parent, { userId }, { personal, viewer }) =>
    personal.addresses.list(requireViewer(viewer), userId),
}

export const addressMutations: Pick<
  MutationResolvers,
  'addAddress' | 'updateAddress' | 'removeAddress'
> = {
  async addAddress(_parent, { input }, { personal, viewer }) {
    return asSaved(await personal.addresses.add(requireViewer(viewer), input))
  },
  async updateAddress(_parent, { input }, { personal, viewer }) {
    return asSaved(await personal.addresses.update(requireViewer(viewer), input))
  },
  async removeAddress(_parent, { input }, { personal, viewer }) {
    const { addresses, id } = await personal.addresses.remove(requireViewer(viewer), input.id)
    return { __typename: 'AddressRemoved', id, addresses: [...addresses] }
  },
}
