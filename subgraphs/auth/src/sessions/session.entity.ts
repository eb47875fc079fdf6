import type { EntityShape } from '@gravity/shared/database/entity-shape'
import { EntitySchema } from 'typeorm'

export type RevocationReason =
  | 'logout'
  | 'refresh-token-reuse'
  | 'authorization-code-reuse'
  | 'password-changed'
  | 'administrator'
  | 'impersonation-ended'
  | 'expired'

/** How somebody has proved who they are: by references of RFC 8176, and `fed` for a provider outside, which has none. */
export type AuthenticationMethod = 'pwd' | 'otp' | 'hwk' | 'swk' | 'user' | 'mfa' | 'fed'

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
  /** How its person has proved who they are; none when nobody was asked. */
  methods: AuthenticationMethod[]
  /** When they last did: at the sign-in or at the latest step-up. */
  provedAt: Date
  /** The program that it was opened for; null for a person's own. */
  clientId: string | null
  /** All that the program may do; null for a person's own. */
  clientScopes: string[] | null
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
    methods: { type: 'text', array: true },
    provedAt: { type: 'timestamptz', name: 'proved_at' },
    clientId: { type: 'uuid', name: 'client_id', nullable: true },
    clientScopes: { type: 'text', array: true, name: 'client_scopes', nullable: true },
  },
} satisfies EntityShape<SessionRow>)
