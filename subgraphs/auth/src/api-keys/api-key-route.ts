import type { PublicRoute } from '@gravity/shared/server/subgraph'
import { API_KEY_PATH } from '@gravity/shared/viewer/api-key'
import type { ApiKeyService } from './api-key.service.ts'

/** Tells the router, and nobody else, who a key stands for; the key is the body. */
export function apiKeyRoute(apiKeys: ApiKeyService): PublicRoute {
  return {
    method: 'POST',
    path: API_KEY_PATH,
    internal: true,
    handle: async ({ body }) => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify({ viewer: (await apiKeys.holderOf(body)) ?? null }),
    }),
  }
}
