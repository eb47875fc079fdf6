import type { Logger } from '../log/logger.ts'
import type { TelemetryConfig } from './config.ts'
import { loadTelemetry } from './load-telemetry.ts'
import { type OperationSpans, openOperationSpans } from './operation-spans.ts'

/** Opens the spans of a subgraph's process, sent under the name `gravity-<name>`; undefined when nothing is configured. */
export async function openSubgraphSpans(
  config: TelemetryConfig | undefined,
  { name, log }: { readonly name: string; readonly log: Logger },
): Promise<OperationSpans | undefined> {
  const telemetry = await loadTelemetry(config, { serviceName: `gravity-${name}`, log })
  if (!telemetry) return undefined
  const spans = openOperationSpans(telemetry, name)
  return {
    trace: spans.trace,
    async stop() {
      await spans.stop()
      await telemetry.stop()
    },
  }
}
