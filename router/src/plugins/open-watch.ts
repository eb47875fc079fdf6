import type { Logger } from '@gravity/shared/log/logger'
import { loadTelemetry } from '@gravity/shared/telemetry/load-telemetry'
import type { Telemetry } from '@gravity/shared/telemetry/telemetry'
import type { PolicyCheck } from '../access/check-access.ts'
import { type AccessLogDestination, openAccessLog } from '../access-log/access-log.ts'
import type { CacheReadings } from '../caching/cache-metrics.ts'
import type { RouterConfig } from '../config.ts'
import type { PlanCacheCounts } from '../planning/preparation.ts'
import { loadPlugins } from './load-plugins.ts'
import type { RouterPlugin } from './plugin.ts'
import { createRequestWatch, type RequestWatch } from './request-watch.ts'

export interface OpenWatchOptions {
  readonly config: Pick<RouterConfig, 'plugins' | 'telemetry' | 'accessLog'>
  /** Before those that the configuration names. */
  readonly plugins: readonly RouterPlugin[]
  /** When the process has opened it already; by default it is opened as the configuration says. */
  readonly telemetry: Telemetry | undefined
  readonly planCache: PlanCacheCounts
  /** Those that are on, once they are open. */
  readonly caches: CacheReadings
  /** Where the access log goes; standard output by default. */
  readonly accessLog?: AccessLogDestination | undefined
  readonly log: Logger
}

export interface OpenedWatch {
  /** Undefined when nobody wants to know anything. */
  readonly watch: RequestWatch | undefined
  /** Undefined when no plugin evaluates policies. */
  readonly allowsPolicy: PolicyCheck | undefined
  /** Undefined when no plugin decides labels. */
  readonly decideLabel: RouterPlugin['decideLabel']
}

/** Loads the plugins, of which OpenTelemetry is the first, and opens the access log. Throws a StartError. */
export async function openWatch(options: OpenWatchOptions): Promise<OpenedWatch> {
  const { config, log } = options
  const given = [...options.plugins, ...(await loadPlugins(config.plugins, log))]
  const telemetry = await openTelemetryPlugin(options)
  const plugins = telemetry ? [telemetry, ...given] : given
  const accessLog = openAccessLog(config.accessLog, options.accessLog)
  return {
    watch: createRequestWatch({ plugins, accessLog, log }),
    allowsPolicy: composePolicyCheck(plugins),
    decideLabel: composeLabelDecision(plugins),
  }
}

async function openTelemetryPlugin(options: OpenWatchOptions): Promise<RouterPlugin | undefined> {
  const { config, planCache, caches, log } = options
  const own = options.telemetry
    ? undefined
    : await loadTelemetry(config.telemetry, { serviceName: 'gravity-router', log })
  const telemetry = options.telemetry ?? own
  if (!telemetry) return undefined
  const { createTelemetryPlugin } = await import('../telemetry/telemetry-plugin.ts')
  const onStop = own && { onStop: () => own.stop() }
  return createTelemetryPlugin({ telemetry, planCache, caches, ...onStop })
}

function composePolicyCheck(plugins: readonly RouterPlugin[]): PolicyCheck | undefined {
  const checks = plugins.filter(({ allowsPolicy }) => allowsPolicy)
  if (checks.length === 0) return undefined
  return (policy, viewer) => checks.some((plugin) => plugin.allowsPolicy?.(policy, viewer) === true)
}

function composeLabelDecision(plugins: readonly RouterPlugin[]): RouterPlugin['decideLabel'] {
  const deciders = plugins.filter(({ decideLabel }) => decideLabel)
  if (deciders.length === 0) return undefined
  return (label, viewer) => {
    for (const plugin of deciders) {
      const decided = plugin.decideLabel?.(label, viewer)
      if (decided !== undefined) return decided
    }
    return undefined
  }
}
