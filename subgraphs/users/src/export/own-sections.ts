import type { ExportSection } from '@gravity/shared/people/export-reader'

/** What this service keeps about a person. A new table about people gets a line here, and one in `deletion/erase-person.ts`. */
export const ownSections: readonly ExportSection[] = [
  {
    name: 'profile',
    sql: `select to_jsonb(p) - '{searchable,version,erased_at}'::text[] as record from profiles p where id = $1`,
  },
  ...[
    { name: 'formerUsernames', table: 'former_usernames', order: 'used_until' },
    { name: 'links', table: 'profile_links', order: 'position' },
    { name: 'addresses', table: 'addresses', order: 'id' },
    { name: 'verificationRequests', table: 'verification_requests', order: 'id' },
    { name: 'consents', table: 'consents', order: 'id' },
    { name: 'preferences', table: 'preferences', order: 'user_id' },
    { name: 'privacy', table: 'privacy_settings', order: 'user_id' },
    { name: 'accountDeletions', table: 'account_deletions', order: 'id' },
    { name: 'preferences', table: 'preferences', order: 'user_id' },
    { name: 'privacySettings', table: 'privacy_settings', order: 'user_id' },
  ].map(({ name, order, table }) => ({
    name,
    sql: `select to_jsonb(t) - '{user_id,decided_by}'::text[] as record from ${table} t where user_id = $1 order by ${order}`,
  })),
  // By the column that is the person themselves; who has blocked or muted them is not theirs to know.
  ...[
    { name: 'following', table: 'follows', own: 'follower_id' },
    { name: 'followers', table: 'follows', own: 'followee_id' },
    { name: 'sentFollowRequests', table: 'follow_requests', own: 'requester_id' },
    { name: 'receivedFollowRequests', table: 'follow_requests', own: 'target_id' },
    { name: 'blockedPeople', table: 'blocks', own: 'blocker_id' },
    { name: 'mutedPeople', table: 'mutes', own: 'muter_id' },
    { name: 'activities', table: 'activities', own: 'actor_id' },
  ].map(({ name, own, table }) => ({
    name,
    sql: `select to_jsonb(t) - '${own}' as record from ${table} t where ${own} = $1`,
  })),
  ...[
    {
      name: 'following',
      table: 'follows',
      owner: 'follower_id',
      order: 'followed_at, followee_id',
    },
    {
      name: 'followers',
      table: 'follows',
      owner: 'followee_id',
      order: 'followed_at, follower_id',
    },
    {
      name: 'followRequests',
      table: 'follow_requests',
      owner: 'requester_id',
      order: 'requested_at, target_id',
    },
    { name: 'blocks', table: 'blocks', owner: 'blocker_id', order: 'blocked_at, blocked_id' },
    { name: 'mutes', table: 'mutes', owner: 'muter_id', order: 'muted_at, muted_id' },
    { name: 'activities', table: 'activities', owner: 'actor_id', order: 'happened_at, id' },
  ].map(({ name, order, owner, table }) => ({
    name,
    sql: `select to_jsonb(t) - '${owner}' as record from ${table} t where ${owner} = $1 order by ${order}`,
  })),
]
