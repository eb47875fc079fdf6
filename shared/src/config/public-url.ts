import { z } from 'zod'

/** The variables that say where people reach Gravity; spread them into a service's own. */
export const publicUrlVariables = {
  GRAVITY_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .describe('an address such as https://example.org')
    .optional(),
  /** Of the router, where that runs in the same process. */
  PORT: z.coerce.number().int().min(1).max(65_535).default(8_000).catch(8_000),
}

/** Where links to Gravity begin, without a slash at its end. Default: this machine, at the router's port. */
export function publicUrlOf(env: {
  readonly GRAVITY_PUBLIC_URL?: string | undefined
  readonly PORT: number
}): string {
  return (env.GRAVITY_PUBLIC_URL ?? `http://127.0.0.1:${env.PORT}`).replace(/\/+$/, '')
}
