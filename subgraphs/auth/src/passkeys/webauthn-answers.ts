import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'

/** More than any authenticator needs: an attestation of a large post-quantum key has some 6,000 characters. */
const longestAnswer = 32_768

const encoded = z.string().max(longestAnswer)
/** An answer that was given within the page of another site is none. */
const clientData = z.object({
  challenge: z.string().min(1).max(200),
  crossOrigin: z.literal(false).optional(),
})
const credential = { id: encoded, rawId: encoded, type: z.literal('public-key') }

const creationShape = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: encoded,
    attestationObject: encoded,
    transports: z.array(z.string().max(32)).max(16).optional(),
  }),
})

const assertionShape = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: encoded,
    authenticatorData: encoded,
    signature: encoded,
    userHandle: encoded.nullish(),
  }),
})

/** What an authenticator answers, as far as it can be read before anything is checked. */
export interface WebAuthnAnswer<Response> {
  readonly response: Response
  /** What it says it has signed: to be found among what was asked. */
  readonly challenge: string
}

/** Reads the JSON of `PublicKeyCredential.toJSON()` after a registration; undefined when it is none. */
export function readCreation(text: string): WebAuthnAnswer<RegistrationResponseJSON> | undefined {
  const parsed = creationShape.safeParse(parseJson(text))
  const challenge = parsed.success ? challengeOf(parsed.data.response.clientDataJSON) : undefined
  if (!parsed.success || challenge === undefined) return undefined
  const { response, ...rest } = parsed.data
  const { transports = [], ...others } = response
  const answer = { ...rest, response: { ...others, transports }, clientExtensionResults: {} }
  return { challenge, response: answer }
}

/** Reads the JSON of `PublicKeyCredential.toJSON()` after an authentication; undefined when it is none. */
export function readAssertion(
  text: string,
): WebAuthnAnswer<AuthenticationResponseJSON> | undefined {
  const parsed = assertionShape.safeParse(parseJson(text))
  const challenge = parsed.success ? challengeOf(parsed.data.response.clientDataJSON) : undefined
  if (!parsed.success || challenge === undefined) return undefined
  const { response, ...rest } = parsed.data
  const { userHandle, ...others } = response
  const signed = userHandle ? { ...others, userHandle } : others
  return { challenge, response: { ...rest, response: signed, clientExtensionResults: {} } }
}

function challengeOf(clientDataJson: string): string | undefined {
  const text = Buffer.from(clientDataJson, 'base64url').toString('utf8')
  const parsed = clientData.safeParse(parseJson(text))
  return parsed.success ? parsed.data.challenge : undefined
}

/** Undefined for what is no JSON. */
function parseJson(text: string): unknown {
  if (text.length > longestAnswer) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
