import type { Logger } from '../log/logger.ts'
import type { TelemetryConfig } from './config.ts'
import type { Telemetry } from './telemetry.ts'

export interface TelemetryOptions {
  /** When the environment does not name the service. */
  readonly serviceName: string
  readonly log: Logger
}

/** Opens what the configuration wants; undefined, without having loaded any of OpenTelemetry, when it wants nothing. */
export async function loadTelemetry(
  config: TelemetryConfig | undefined,
  options: TelemetryOptions,
): Promise<Telemetry | undefined> {
  if (!config) return undefined
  const { openTelemetry } = await import('./open-telemetry.ts')
  return openTelemetry(config, options)
}
