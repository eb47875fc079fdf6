import type { ExportSection } from '@gravity/shared/people/export-reader'

/** What auth keeps about a person, for their export: no secret, nor what would help to guess one. */
export const exportSections: readonly ExportSection[] = [
  {
    name: 'account',
    sql: `select jsonb_build_object('email', email, 'emailVerifiedAt', email_verified_at, 'createdAt', created_at,
        'suspendedAt', suspended_at,
        'roles', array(select role from account_roles where account_id = a.id order by role)) as record
      from accounts a where id = $1`,
  },
  {
    name: 'sessions',
    sql: `select jsonb_build_object('id', id, 'createdAt', created_at, 'lastUsedAt', last_used_at, 'expiresAt', expires_at,
        'endedAt', revoked_at, 'userAgent', user_agent, 'network', client_network) as record
      from sessions where account_id = $1 order by id`,
  },
  {
    name: 'addressChanges',
    sql: `select jsonb_build_object('from', present_email, 'to', new_email, 'requestedAt', created_at) as record
      from email_changes where account_id = $1 order by created_at`,
  },
  {
    name: 'secondFactors',
    sql: `select jsonb_build_object('kind', 'authenticator app', 'addedAt', confirmed_at) as record
      from totp_factors where account_id = $1 and confirmed_at is not null
      union all
      select jsonb_build_object('kind', 'passkey', 'name', name, 'addedAt', created_at, 'lastUsedAt', last_used_at)
      from passkeys where account_id = $1 and removed_at is null`,
  },
  {
    name: 'apiKeys',
    sql: `select jsonb_build_object('name', name, 'scopes', scopes, 'createdAt', created_at, 'expiresAt', expires_at,
        'lastUsedAt', last_used_at, 'revokedAt', revoked_at) as record
      from api_keys where account_id = $1 order by id`,
  },
  {
    name: 'connectedApplications',
    sql: `select jsonb_build_object('application', c.name, 'scopes', o.scopes, 'since', first_given_at) as record
      from oauth_consents o join oauth_clients c on c.id = o.client_id where o.account_id = $1`,
  },
  {
    name: 'outsideIdentities',
    sql: `select jsonb_build_object('issuer', issuer, 'subject', subject, 'linkedAt', linked_at) as record
      from outside_identities where account_id = $1`,
  },
  {
    name: 'audit',
    sql: `select jsonb_build_object('occurredAt', occurred_at, 'action', action, 'detail', detail,
        'byThePerson', actor_id = account_id) as record
      from audit_log where account_id = $1 order by id`,
  },
]
