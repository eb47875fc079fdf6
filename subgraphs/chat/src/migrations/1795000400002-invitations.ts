import type { MigrationInterface, QueryRunner } from 'typeorm'

/** How people come into rooms that are not open to everybody. */
export class Invitations1795000400002 implements MigrationInterface {
  readonly name = 'Invitations1795000400002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table invitations (
        id uuid primary key,
        room_id uuid not null references rooms,
        invitee_id uuid not null check (invitee_id <> inviter_id),
        inviter_id uuid not null,
        role text not null check (role in ('moderator', 'member')),
        status text not null default 'pending'
          check (status in ('pending', 'accepted', 'declined', 'revoked')),
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null check (expires_at > created_at),
        settled_at timestamptz(3),
        check ((status = 'pending') = (settled_at is null))
      )`)
    await runner.query(`
      create unique index invitations_pending on invitations (room_id, invitee_id) where status = 'pending'`)
    await runner.query(`
      create index invitations_of_invitee on invitations (invitee_id, created_at, id) where status = 'pending'`)
    // Of a link's token only the hash is kept: a copy of the table opens no room.
    await runner.query(`
      create table invite_links (
        id uuid primary key,
        room_id uuid not null references rooms,
        token_hash bytea not null unique check (octet_length(token_hash) = 32),
        created_by uuid not null,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null check (expires_at > created_at),
        max_uses integer check (max_uses between 1 and 10000),
        uses integer not null default 0 check (uses between 0 and coalesce(max_uses, 2147483647)),
        revoked_at timestamptz(3)
      )`)
    await runner.query(`
      create index invite_links_of_room on invite_links (room_id, created_at, id) where revoked_at is null`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table invite_links, invitations')
  }
}
