import { Supergraph } from '@apollo/federation-internals'
import { apiSdlOf } from '../compose-supergraph.ts'
import { applyContract, type Contract } from './contract.ts'

/** Who uses the graph; what is not tagged is for all of them. */
export const audiences: ReadonlyMap<string, Contract> = new Map([
  ['public', { include: [], exclude: ['staff', 'admin', 'internal'] }],
  ['staff', { include: [], exclude: ['admin', 'internal'] }],
  ['admin', { include: [], exclude: ['internal'] }],
])

/** The API schema of each audience; none for a graph without tags. Throws a `ContractError`. */
export function audienceSdls(supergraphSdl: string): ReadonlyMap<string, string> {
  const { schema } = Supergraph.build(supergraphSdl, {
    supportedFeatures: null,
    validateSupergraph: false,
  })
  const tag = schema.coreFeatures?.getByIdentity('https://specs.apollo.dev/tag')
  if (!tag) return new Map()
  return new Map(
    [...audiences].map(([name, contract]) => [
      name,
      apiSdlOf(applyContract(supergraphSdl, contract)),
    ]),
  )
}
