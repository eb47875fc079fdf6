/**
 * The `code` of an error of the system or a driver, such as `ENOENT` or an SQLSTATE; undefined when it has none. It
 * does not ask for `instanceof Error`: an error may come from another realm, as Node's own do inside jest.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
