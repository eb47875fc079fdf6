import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { z } from 'zod'

/** Which plugins are loaded besides those that are given in code. */
export interface PluginsConfig {
  /** Files or packages, in the order in which their hooks run. */
  readonly modules: readonly string[]
}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
)

const schema = z.object({ GRAVITY_ROUTER_PLUGINS: list.default([]) })

/** Reads GRAVITY_ROUTER_PLUGINS. Throws a StartError. */
export function readPluginsConfig(environment: NodeJS.ProcessEnv): PluginsConfig {
  return { modules: parseEnvironment(schema, environment).GRAVITY_ROUTER_PLUGINS }
}
