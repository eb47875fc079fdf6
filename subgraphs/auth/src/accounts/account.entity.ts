import type { EntityShape } from '@gravity/shared/database/entity-shape'
import { EntitySchema } from 'typeorm'

export interface AccountRow {
  id: string
  email: string
  /** Argon2id in PHC string format. */
  passwordHash: string
  createdAt: Date
  /** Null until its owner has shown that they read this address. */
  emailVerifiedAt: Date | null
}

export const AccountEntity = new EntitySchema<AccountRow>({
  name: 'Account',
  tableName: 'accounts',
  columns: {
    id: { type: 'uuid', primary: true },
    email: { type: 'citext' },
    passwordHash: { type: 'text', name: 'password_hash' },
    createdAt: { type: 'timestamptz', name: 'created_at' },
    emailVerifiedAt: { type: 'timestamptz', name: 'email_verified_at', nullable: true },
  },
} satisfies EntityShape<AccountRow>)
