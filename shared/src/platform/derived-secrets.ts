import { hkdfSync } from 'node:crypto'

/**
 * 32 bytes from the root secret (HKDF-SHA-256, RFC 5869): the same for the same purpose, and of no help in finding
 * those of another purpose or the root.
 */
export function deriveSecret(root: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, '', `gravity:${purpose}`, 32))
}

/** The password of a service's database role when its `DATABASE_URL_<SERVICE>` is not set; safe in a URL. */
export function deriveDatabasePassword(root: string, service: string): string {
  return deriveSecret(root, `database:${service}`).toString('base64url')
}

/** What the router signs request identities with when GRAVITY_MESH_SECRET is not set. */
export function deriveMeshSecret(root: string): string {
  return deriveSecret(root, 'mesh').toString('base64url')
}
