import type { PublicRoute } from '@gravity/shared/server/subgraph'
import { type DataExportService, DOWNLOAD_PATH } from './data-export.service.ts'

/** `GET /account/export?token=`: what `DataExport.downloadUrl` leads to. */
export function downloadRoute(exports: DataExportService): PublicRoute {
  return {
    method: 'GET',
    path: DOWNLOAD_PATH,
    async handle({ identity, query }) {
      const body = await exports.download(query.get('token') ?? '', identity.viewer)
      const headers = { 'cache-control': 'no-store', 'content-type': 'application/json' }
      return body === undefined
        ? { status: 404, headers, body: '{"error":"This link has ended. Ask for another one."}' }
        : {
            status: 200,
            headers: { ...headers, 'content-disposition': 'attachment; filename="my-data.json"' },
            body,
          }
    },
  }
}
