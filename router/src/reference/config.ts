/**
 * Stops `@apollo/gateway` from reporting usage to Apollo, which it does by default since 2.14: it would open
 * connections to a third party from every test and every start. An explicit setting of the operator stays.
 */
export function disableApolloTelemetry(env: NodeJS.ProcessEnv = process.env): void {
  env['APOLLO_TELEMETRY_DISABLED'] ??= 'true'
}
