/**
 * How Gravity runs in a benchmark: as in production, without counting requests and writing an access log, which the
 * others do not do either, and with everything off by which equal requests could share an answer, since all requests of
 * a benchmark are equal.
 */
export function gravityEnvironment(): NodeJS.ProcessEnv {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    GRAVITY_SECRET: 'a secret for benchmarks only, known to everybody',
    GRAVITY_LOG_LEVEL: 'warn',
    GRAVITY_ROUTER_ACCESS_LOG: 'off',
    GRAVITY_ROUTER_REQUESTS_PER_VIEWER: '0',
    GRAVITY_ROUTER_REQUESTS_PER_ADDRESS: '0',
    GRAVITY_ROUTER_RESPONSE_CACHE: 'off',
    GRAVITY_ROUTER_ENTITY_CACHE: 'off',
    GRAVITY_ROUTER_DEDUPLICATE: 'off',
    GRAVITY_ROUTER_TRAFFIC: JSON.stringify({ all: { dedup: false } }),
  }
}
