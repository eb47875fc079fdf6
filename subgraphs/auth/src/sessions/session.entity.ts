import type { EntityShape } from '@gravity/shared/database/entity-shape'
import { EntitySchema } from 'typeorm'

export type RevocationReason =
  | 'logout'
  | 'refresh-token-reuse'
  | 'password-changed'
  | 'administrator'

/** One sign-in on one device: the family of all refresh tokens that descend from it. */
export interface SessionRow {
  id: string
  accountId: string
  createdAt: Date
  lastUsedAt: Date
  /** The family's absolute end, however often it is refreshed. */
  expiresAt: Date
  revokedAt: Date | null
  revokedReason: RevocationReason | null
  userAgent: string | null
  clientNetwork: string | null
}

export const SessionEntity = new EntitySchema<SessionRow>({
  name: 'Session',
  tableName: 'sessions',
  columns: {
    id: { type: 'uuid', primary: true },
    accountId: { type: 'uuid', name: 'account_id' },
    createdAt: { type: 'timestamptz', name: 'created_at' },
    lastUsedAt: { type: 'timestamptz', name: 'last_used_at' },
    expiresAt: { type: 'timestamptz', name: 'expires_at' },
    revokedAt: { type: 'timestamptz', name: 'revoked_at', nullable: true },
    revokedReason: { type: 'text', name: 'revoked_reason', nullable: true },
    userAgent: { type: 'text', name: 'user_agent', nullable: true },
    clientNetwork: { type: 'text', name: 'client_network', nullable: true },
  },
} satisfies EntityShape<SessionRow>)
