import type { EntityManager } from 'typeorm'
import type { AuthenticationMethod } from '../sessions/session.entity.ts'
import { everybodysScopes } from './scopes.ts'

/** How a person has proved who they are, and when. */
export interface Proof {
  readonly methods: readonly AuthenticationMethod[]
  readonly provedAt: Date
}

/** What an authorization code was given for. */
export interface CodeGrant extends Proof {
  readonly clientId: string
  readonly accountId: string
  /** The session of the browser in which it was given. */
  readonly grantedIn: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly nonce: string | null
  /** RFC 7636, method S256. */
  readonly codeChallenge: string
}

/** Who is signed in with a browser, at the pages of auth. */
export interface SignedInBrowser extends Proof {
  readonly accountId: string
  readonly sessionId: string
  readonly email: string
}

/** A program that a person has let in. */
export interface ConnectedApplication {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly connectedAt: Date
  readonly lastUsedAt: Date | null
}

export type GrantReads = Pick<
  GrantRepository,
  'browser' | 'code' | 'consentOf' | 'applicationsOf' | 'grantableScopes' | 'knownScopes'
>

/** What people have let programs do, and the browsers in which they decide it. */
export class GrantRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async insertCode(hash: Buffer, grant: CodeGrant, expiresAt: Date): Promise<void> {
    await this.#manager.query(
      `insert into authorization_codes (hash, client_id, account_id, redirect_uri, scopes, nonce, code_challenge,
         methods, proved_at, expires_at, granted_in)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        hash,
        grant.clientId,
        grant.accountId,
        grant.redirectUri,
        grant.scopes,
        grant.nonce,
        grant.codeChallenge,
        grant.methods,
        grant.provedAt,
        expiresAt,
        grant.grantedIn,
      ],
    )
  }

  /**
   * Spends a code: of any number of calls exactly one gets what it was given for, and none when its person has signed out
   * everywhere meanwhile.
   */
  async useCode(hash: Buffer, clientId: string, now: Date): Promise<CodeGrant | undefined> {
    const [rows]: [CodeGrant[]] = await this.#manager.query(
      `update authorization_codes set used_at = $3
       where hash = $1 and client_id = $2 and used_at is null and expires_at > $3
         and exists (select from sessions s where s.id = granted_in and s.revoked_at is null for share)
       returning client_id as "clientId", account_id as "accountId", granted_in as "grantedIn", redirect_uri as "redirectUri", scopes, nonce,
         code_challenge as "codeChallenge", methods, proved_at as "provedAt"`,
      [hash, clientId, now],
    )
    return rows[0]
  }

  async linkCode(hash: Buffer, sessionId: string): Promise<void> {
    await this.#manager.query('update authorization_codes set session_id = $2 where hash = $1', [
      hash,
      sessionId,
    ])
  }

  async code(
    hash: Buffer,
  ): Promise<{ readonly usedAt: Date | null; readonly sessionId: string | null } | undefined> {
    const rows: { usedAt: Date | null; sessionId: string | null }[] = await this.#manager.query(
      'select used_at as "usedAt", session_id as "sessionId" from authorization_codes where hash = $1',
      [hash],
    )
    return rows[0]
  }

  async consentOf(accountId: string, clientId: string): Promise<readonly string[]> {
    const rows: { scopes: string[] }[] = await this.#manager.query(
      'select scopes from oauth_consents where account_id = $1 and client_id = $2',
      [accountId, clientId],
    )
    return rows[0]?.scopes ?? []
  }

  /** Adds scopes to those that a person has let a client have. */
  async consent(
    consent: {
      readonly accountId: string
      readonly clientId: string
      readonly scopes: readonly string[]
    },
    now: Date,
  ): Promise<void> {
    await this.#manager.query(
      `insert into oauth_consents (account_id, client_id, scopes, first_given_at) values ($1, $2, $3, $4)
       on conflict (account_id, client_id) do update
       set scopes = array(select distinct unnest(oauth_consents.scopes || excluded.scopes) order by 1)`,
      [consent.accountId, consent.clientId, consent.scopes, now],
    )
  }

  async withdrawConsent(accountId: string, clientId: string): Promise<void> {
    await this.#manager.query(
      'delete from oauth_consents where account_id = $1 and client_id = $2',
      [accountId, clientId],
    )
    await this.#manager.query(
      'delete from authorization_codes where account_id = $1 and client_id = $2 and used_at is null',
      [accountId, clientId],
    )
  }

  /** The latest connection first. */
  applicationsOf(accountId: string): Promise<ConnectedApplication[]> {
    return this.#manager.query(
      `select c.id, c.name, o.scopes, o.first_given_at as "connectedAt",
              (select max(s.last_used_at) from sessions s where s.client_id = c.id and s.account_id = $1) as "lastUsedAt"
       from oauth_consents o join oauth_clients c on c.id = o.client_id
       where o.account_id = $1 and c.removed_at is null order by o.first_given_at desc, c.id limit 200`,
      [accountId],
    )
  }

  /** The open sessions of a client; of one account or of all. */
  async openSessionsOf(clientId: string, accountId: string | null): Promise<string[]> {
    const rows: { id: string }[] = await this.#manager.query(
      `select id from sessions
       where client_id = $1 and ($2::uuid is null or account_id = $2::uuid) and revoked_at is null`,
      [clientId, accountId],
    )
    return rows.map(({ id }) => id)
  }

  /** What an account has by its roles or, when it is that of a service, was registered with. */
  async grantableScopes(accountId: string): Promise<readonly string[]> {
    const rows: { scopes: string[] }[] = await this.#manager.query(
      `select coalesce(
         (select scopes from oauth_clients where service_account_id = $1 and removed_at is null),
         array(select distinct rs.scope from account_roles ar join role_scopes rs using (role)
               where ar.account_id = $1) || $2::text[]) as scopes`,
      [accountId, everybodysScopes],
    )
    return rows[0]?.scopes ?? []
  }

  /** Every scope there is. */
  async knownScopes(): Promise<readonly string[]> {
    const rows: { scope: string }[] = await this.#manager.query(
      'select distinct scope from role_scopes order by scope',
    )
    return [...everybodysScopes, ...rows.map(({ scope }) => scope)]
  }

  async insertBrowser(hash: Buffer, sessionId: string, expiresAt: Date): Promise<void> {
    await this.#manager.query(
      'insert into browser_sessions (hash, session_id, expires_at) values ($1, $2, $3)',
      [hash, sessionId, expiresAt],
    )
  }

  /** Who is signed in with the browser that has this cookie; nobody when their session has ended or they are suspended. */
  async browser(hash: Buffer, now: Date): Promise<SignedInBrowser | undefined> {
    const rows: SignedInBrowser[] = await this.#manager.query(
      `select s.account_id as "accountId", s.id as "sessionId", s.methods, s.proved_at as "provedAt", a.email::text as email
       from browser_sessions b join sessions s on s.id = b.session_id join accounts a on a.id = s.account_id
       where b.hash = $1 and b.expires_at > $2 and s.revoked_at is null and s.expires_at > $2
         and a.suspended_at is null`,
      [hash, now],
    )
    return rows[0]
  }

  /** Forgets codes and browsers that ended before a time. */
  async removeEndedBefore(time: Date): Promise<void> {
    await this.#manager.query('delete from authorization_codes where expires_at < $1', [time])
    await this.#manager.query('delete from browser_sessions where expires_at < $1', [time])
  }
}
