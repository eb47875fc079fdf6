import type { EntityShape } from '@gravity/shared/database/entity-shape'
import type { JWK } from 'jose'
import { EntitySchema } from 'typeorm'

export interface SigningKeyRow {
  /** The `kid`: the key's RFC 7638 thumbprint. */
  id: string
  publicKey: JWK
  sealedPrivateKey: Buffer
  createdAt: Date
  /** From when tokens are signed with it. Before that it is only published, so that every verifier knows it in time. */
  signsFrom: Date
}

export const SigningKeyEntity = new EntitySchema<SigningKeyRow>({
  name: 'SigningKey',
  tableName: 'signing_keys',
  columns: {
    id: { type: 'text', primary: true },
    publicKey: { type: 'jsonb', name: 'public_key' },
    sealedPrivateKey: { type: 'bytea', name: 'sealed_private_key' },
    createdAt: { type: 'timestamptz', name: 'created_at' },
    signsFrom: { type: 'timestamptz', name: 'signs_from' },
  },
} satisfies EntityShape<SigningKeyRow>)
