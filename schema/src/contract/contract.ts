import { Supergraph } from '@apollo/federation-internals'
import { parse, print } from 'graphql'
import { hiddenElements } from './hidden-elements.ts'
import { hideElements } from './hide-elements.ts'

/**
 * Terminology
 * - Contract: the part of a graph that one audience gets, chosen by the tags (`@tag`) of its elements.
 * - Hidden: not in the API schema, as `@inaccessible` has it; the router may still fetch it for itself.
 */

/** Which elements an audience gets. */
export interface Contract {
  /** Object types and fields need one of these tags; with none of them everything is in. */
  readonly include: readonly string[]
  /** What has one of these tags is out, whatever else it has. */
  readonly exclude: readonly string[]
}

/** A contract that leaves no valid schema. */
export class ContractError extends Error {
  override readonly name = 'ContractError'
}

/**
 * A supergraph in which everything is hidden that is not in the contract: what is tagged so, what cannot be without it,
 * and what cannot be reached any more. A required argument or input field that is hidden takes its field or input along; a
 * type without fields, values or members goes too, and an interface's field that an implementation hides. Throws a
 * `ContractError` when no valid API schema is left.
 */
export function applyContract(supergraphSdl: string, contract: Contract): string {
  if (contract.include.length === 0 && contract.exclude.length === 0) return supergraphSdl
  const document = parse(supergraphSdl, { noLocation: true })
  const features = build(supergraphSdl).schema.coreFeatures
  const nameOf = (feature: string): string | undefined =>
    features?.getByIdentity(`https://specs.apollo.dev/${feature}`)?.directiveNameInSchema(feature)
  const names = {
    tag: nameOf('tag'),
    inaccessible: nameOf('inaccessible'),
    features: [...(features?.allFeatures() ?? [])].map((feature) => feature.nameInSchema),
  }
  const hidden = hiddenElements(document, contract, names)
  const sdl = print(hideElements(document, hidden, names.inaccessible))
  try {
    build(sdl).apiSchema()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ContractError(`The contract leaves no valid schema. ${reason}`, { cause })
  }
  return sdl
}

function build(sdl: string): Supergraph {
  return Supergraph.build(sdl, { supportedFeatures: null, validateSupergraph: false })
}
