import { OperationTypeNode } from 'graphql'
import type { SubgraphClient } from '../subgraphs/subgraph-client.ts'
import { collectTags } from './collect-tags.ts'
import { EntityFetches, type EntityFetchesOptions, policyOf } from './entity-fetches.ts'

/**
 * Notes for how long a subgraph's answers stay true, and what they are made of, for calls that want to know. Entities
 * whose answer may be kept are kept one by one, and only those that are not known are fetched. Everything else goes
 * through as it is: mutations, subscriptions, and what is fetched for them.
 */
export function createCachingClient(options: EntityFetchesOptions): SubgraphClient {
  const { client, rules } = options
  const entityFetches = new EntityFetches(options)
  return {
    ...client,
    send(request, call) {
      const { freshness } = call
      if (!freshness || request.operation.kind !== OperationTypeNode.QUERY) {
        return client.send(request, call)
      }
      if (request.representations.size > 0) {
        return entityFetches.send({ request, call, freshness })
      }
      return client.send(request, call).then((response) => {
        const policy = policyOf(response)
        freshness.restrict(policy)
        if (response.audience) freshness.audience.add(response.audience)
        if (policy && response.data) {
          collectTags(request, response.data, { rules: rules(), tags: freshness.tags })
        }
        return response
      })
    },
  }
}
