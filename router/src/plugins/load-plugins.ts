import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StartError } from '@gravity/shared/config/start-error'
import type { Logger } from '@gravity/shared/log/logger'
import type { PluginsConfig } from './config.ts'
import type { RouterPlugin } from './plugin.ts'

/** What a module's `createPlugin` is given. */
export interface PluginSurroundings {
  /** A logger with the module's name on every line. */
  readonly log: Logger
}

/**
 * Loads the plugins of modules that export `plugin`, or `createPlugin`, which is given a logger and may be async. Paths
 * are relative to the working directory. Throws a StartError that names the module and says what is wrong with it.
 */
export async function loadPlugins(
  { modules }: PluginsConfig,
  log: Logger,
): Promise<readonly RouterPlugin[]> {
  const plugins: RouterPlugin[] = []
  for (const module of modules) plugins.push(await loadPlugin(module, log))
  return plugins
}

async function loadPlugin(module: string, log: Logger): Promise<RouterPlugin> {
  const { plugin, createPlugin } = await importModule(module)
  const made = isFactory(createPlugin)
    ? await create(createPlugin, { module, log: log.child({ plugin: module }) })
    : plugin
  if (isPlugin(made)) return made
  throw new StartError(
    `${module}, which GRAVITY_ROUTER_PLUGINS names, must export "plugin" or "createPlugin", and that must be an object with a name.`,
  )
}

async function importModule(module: string): Promise<Record<string, unknown>> {
  const isPath = module.startsWith('.') || module.startsWith('/')
  const specifier = isPath ? pathToFileURL(resolve(module)).href : module
  try {
    return await import(specifier)
  } catch (cause) {
    throw cannotLoad(module, cause)
  }
}

/** What it makes is looked at afterwards. */
type Factory = (surroundings: PluginSurroundings) => unknown

function isFactory(value: unknown): value is Factory {
  return typeof value === 'function'
}

async function create(
  factory: Factory,
  { module, log }: PluginSurroundings & { readonly module: string },
): Promise<unknown> {
  try {
    return await factory({ log })
  } catch (cause) {
    throw cannotLoad(module, cause)
  }
}

function cannotLoad(module: string, cause: unknown): StartError {
  if (cause instanceof StartError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StartError(
    `The plugin ${module}, which GRAVITY_ROUTER_PLUGINS names, cannot be loaded: ${reason}`,
    { cause },
  )
}

function isPlugin(value: unknown): value is RouterPlugin {
  return (
    typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
  )
}
