import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { PluginSurroundings } from '../src/plugins/load-plugins.ts'
import type { RouterPlugin } from '../src/plugins/plugin.ts'

/**
 * A plugin of a product team, as GRAVITY_ROUTER_PLUGINS=./router/examples/company-plugin.ts loads it: programs must say
 * who they are, subgraphs are told for whom they work, slow subgraphs are named in the log, answers say what they took.
 */
export function createPlugin({ log }: PluginSurroundings): RouterPlugin {
  return {
    name: 'company',
    addsSubgraphHeaders: true,

    onSchema({ apiSchema }) {
      log.info({ types: Object.keys(apiSchema.getTypeMap()).length }, 'A schema is served.')
    },

    onRequest(request) {
      if (request.transport === 'http' && !request.headers['graphql-client-name']) {
        throw new GravityError('FORBIDDEN', 'Say who you are in the header graphql-client-name.')
      }
      request.setHeader('company-region', 'north')
      return undefined
    },

    onOperation(operation) {
      if (operation.kind === 'mutation' && operation.name === undefined) {
        throw new GravityError('BAD_USER_INPUT', 'Mutations need a name.')
      }
      operation.addExtension('company', { operation: operation.name ?? 'anonymous' })
      return undefined
    },

    onSubgraphCall(call) {
      const begun = performance.now()
      call.setHeader('company-client', `${call.operation.request.headers['graphql-client-name']}`)
      return ({ error }) => {
        const milliseconds = performance.now() - begun
        if (milliseconds < 1_000 && error === undefined) return
        log.warn({ subgraph: call.subgraph, milliseconds, failed: error !== undefined }, 'Slow.')
      }
    },

    allowsPolicy: (policy, viewer) => policy === 'staff' && viewer.roles.includes('staff'),
  }
}
