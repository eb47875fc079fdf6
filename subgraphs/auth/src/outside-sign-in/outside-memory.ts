import { z } from 'zod'

/** What is remembered of somebody who has left for a provider. */
export const departureShape = z.object({
  provider: z.string(),
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** Where they wanted to go. */
  goal: z.string(),
})

/** Whom a provider knows and who has an account to link first. */
export const newcomerShape = z.object({
  issuer: z.string(),
  subject: z.string(),
  label: z.string(),
  email: z.string(),
  goal: z.string(),
})
