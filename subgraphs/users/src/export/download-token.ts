import { createHmac, timingSafeEqual } from 'node:crypto'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'

/** What opens one export for a few minutes: its id and the end of the token, with an HMAC-SHA256 over both. */
export interface DownloadTokens {
  tokenOf(exportId: string, expiresAt: Date): string
  /** The export's id, when the token is genuine and has not ended. */
  read(token: string, now: Date): string | undefined
}

export const DOWNLOAD_SECRET = 'users.data-export-downloads'

export function createDownloadTokens(secret: Buffer): DownloadTokens {
  const proofOf = (subject: string) =>
    createHmac('sha256', secret).update(`data-export.v1.${subject}`).digest()
  return {
    tokenOf(exportId, expiresAt) {
      const subject = `${exportId}.${Math.floor(expiresAt.getTime() / 1_000)}`
      return `${subject}.${proofOf(subject).toString('base64url')}`
    },
    read(token, now) {
      const [exportId = '', end = '', proof = ''] = token.split('.')
      const given = Buffer.from(proof, 'base64url')
      const genuine = proofOf(`${exportId}.${end}`)
      if (given.length !== genuine.length || !timingSafeEqual(given, genuine)) return undefined
      return isUuid(exportId) && Number(end) * 1_000 > now.getTime() ? exportId : undefined
    },
  }
}
