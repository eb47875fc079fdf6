import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateAccountMail1795000000010 implements MigrationInterface {
  readonly name = 'CreateAccountMail1795000000010'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table accounts add column email_verified_at timestamptz')
    // Not an account yet: whoever confirms the address decides with which password it begins.
    await runner.query(`
      create table registrations (
        id uuid primary key,
        email citext not null check (char_length(email::text) <= 254),
        password_hash text,
        display_name text not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz,
        check ((used_at is null) = (password_hash is not null))
      )`)
    await runner.query('create index registrations_email on registrations (email, created_at)')
    await runner.query('create index registrations_expiry on registrations (expires_at)')
    await runner.query(`
      create table mail_links (
        id uuid primary key,
        purpose text not null check (purpose in ('verify-email', 'reset-password')),
        account_id uuid not null references accounts (id) on delete cascade,
        email citext not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz
      )`)
    await runner.query('create index mail_links_account on mail_links (account_id)')
    await runner.query('create index mail_links_expiry on mail_links (expires_at)')
    await runner.query(`
      create table email_changes (
        id uuid primary key,
        account_id uuid not null references accounts (id) on delete cascade,
        present_email citext not null,
        new_email citext not null check (char_length(new_email::text) <= 254),
        created_at timestamptz not null,
        expires_at timestamptz not null,
        present_confirmed_at timestamptz,
        new_confirmed_at timestamptz,
        ended_at timestamptz
      )`)
    await runner.query('create index email_changes_expiry on email_changes (expires_at)')
    await runner.query(
      'create unique index email_changes_open on email_changes (account_id) where ended_at is null',
    )
    await runner.query(`
      create table development_mails (
        event_id uuid not null,
        recipient citext not null,
        subject text not null,
        body text not null,
        token_purpose text,
        token_id uuid,
        sent_at timestamptz not null,
        primary key (event_id, recipient),
        check ((token_purpose is null) = (token_id is null))
      )`)
    await runner.query('create index development_mails_sent on development_mails (sent_at)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table development_mails, email_changes, mail_links, registrations')
    await runner.query('alter table accounts drop column email_verified_at')
  }
}
