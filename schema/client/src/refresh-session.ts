import { print } from 'graphql'
import { errorOfAnswer } from './client-error.ts'
import { RefreshSessionDocument, type RefreshSessionMutation } from './generated/documents.ts'
import { type PostRequestOptions, postRequest, refusesToken } from './post-request.ts'
import type { ClientSession } from './session-storage.ts'

/**
 * Trades a refresh token for the next session; undefined when the graph says that the session has ended. Everything
 * else that goes wrong is thrown, because the token may still be good.
 */
export async function refreshSession(
  http: PostRequestOptions,
  refreshToken: string,
): Promise<ClientSession | undefined> {
  const { data, errors } = await postRequest(http, {
    request: {
      query: print(RefreshSessionDocument),
      operationName: 'RefreshSession',
      variables: { input: { refreshToken } },
    },
    accessToken: undefined,
    signal: undefined,
  })
  if (refusesToken(errors)) return undefined
  if (!isRefreshData(data)) throw errorOfAnswer(errors, data)
  const outcome = data.refreshSession
  return outcome.__typename === 'Session' ? outcome : undefined
}

function isRefreshData(data: unknown): data is RefreshSessionMutation {
  if (typeof data !== 'object' || data === null) return false
  const outcome: unknown = Reflect.get(data, 'refreshSession')
  return typeof outcome === 'object' && outcome !== null
}
