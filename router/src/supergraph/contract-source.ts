import { applyContract, type Contract, ContractError } from '@gravity/schema/contract/contract'
import { StartError } from '@gravity/shared/config/start-error'
import type { Logger } from '@gravity/shared/log/logger'
import type { SupergraphSource } from './supergraph-source.ts'

/**
 * The supergraphs of a source, of which clients see what the contract lets them. Does not start when the contract leaves
 * no valid schema; a later supergraph of which it leaves none is logged, and the last good one stays.
 */
export function contractSource(
  source: SupergraphSource,
  contract: Contract,
  log: Logger,
): SupergraphSource {
  if (contract.include.length === 0 && contract.exclude.length === 0) return source
  return {
    async start(onChange) {
      const first = await source.start((sdl) => {
        try {
          onChange(applyContract(sdl, contract))
        } catch (error) {
          log.error({ err: error }, 'The contract leaves no schema; the last good one stays.')
        }
      })
      try {
        return applyContract(first, contract)
      } catch (cause) {
        if (!(cause instanceof ContractError)) throw cause
        throw new StartError(`${cause.message} Change GRAVITY_ROUTER_CONTRACT_… or the tags.`, {
          cause,
        })
      }
    },
    stop: () => source.stop(),
  }
}
