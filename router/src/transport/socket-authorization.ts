/**
 * The `authorization` value out of the payload of `connection_init`: `Authorization` in any case, at the top or under
 * `headers`, or the bare token under `accessToken`. Undefined when there is none.
 */
export function readSocketAuthorization(
  payload: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  if (!payload) return undefined
  const fields = foldCase(payload)
  const { authorization, accesstoken, headers } = fields
  if (typeof authorization === 'string') return authorization
  if (typeof accesstoken === 'string') return `Bearer ${accesstoken}`
  if (typeof headers !== 'object' || headers === null) return undefined
  const { authorization: header } = foldCase(headers)
  return typeof header === 'string' ? header : undefined
}

function foldCase(record: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]),
  )
}
