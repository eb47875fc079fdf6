import { z } from 'zod'

const provider = z.strictObject({
  /** In addresses. */
  name: z.string().regex(/^[a-z0-9-]{1,32}$/),
  /** On the button. */
  label: z.string().min(1).max(40),
  issuer: z.url().refine(isProtected),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
})

/** A provider of OpenID Connect at which people may sign in. */
export type ProviderConfig = z.output<typeof provider>

const list = z
  .array(provider)
  .refine((providers) => new Set(providers.map(({ name }) => name)).size === providers.length)

const description =
  'a JSON list such as [{"name":"acme","label":"Acme","issuer":"https://…","clientId":"…","clientSecret":"…"}]'

/** The variable that lists them; its value is never printed, because it holds their secrets. */
export const providersVariable = z
  .string()
  .transform((text, context) => {
    const parsed = list.safeParse(readJson(text))
    if (parsed.success) return parsed.data
    context.addIssue({ code: 'custom', message: description })
    return z.NEVER
  })
  .meta({ secret: true })
  .optional()

/** What a provider says is believed, so nobody on the way may change it; nothing is on the way to this machine. */
function isProtected(issuer: string): boolean {
  const url = URL.parse(issuer)
  const isLocal = url !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
