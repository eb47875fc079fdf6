import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateAccounts1795000000000 implements MigrationInterface {
  readonly name = 'CreateAccounts1795000000000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create extension if not exists citext')
    await runner.query(`
      create table accounts (
        id uuid primary key,
        email citext not null unique check (char_length(email::text) <= 254),
        password_hash text not null,
        created_at timestamptz not null
      )`)
    await runner.query('create table roles (name text primary key)')
    await runner.query(`
      create table role_scopes (
        role text not null references roles (name) on delete cascade,
        scope text not null check (scope ~ '^[a-z]+:[a-z-]+$'),
        primary key (role, scope)
      )`)
    await runner.query(`
      create table account_roles (
        account_id uuid not null references accounts (id) on delete cascade,
        role text not null references roles (name),
        primary key (account_id, role)
      )`)
    await runner.query(`insert into roles (name) values ('admin'), ('customer')`)
    await runner.query(`
      insert into role_scopes (role, scope)
      values ('admin', 'auth:read'), ('admin', 'auth:manage'), ('admin', 'users:manage'), ('admin', 'chat:moderate')`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table account_roles, role_scopes, roles, accounts')
  }
}
