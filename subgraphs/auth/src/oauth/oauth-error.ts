/** Error codes of RFC 6749 (sections 4.1.2.1 and 5.2), RFC 6750, RFC 7009 and OpenID Connect Core (3.1.2.6). */
export type OAuthErrorCode =
  | 'access_denied'
  | 'consent_required'
  | 'insufficient_scope'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_token'
  | 'login_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'temporarily_unavailable'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'

/** A refusal that a program is told in the words of OAuth. The description is for its developers. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  /** After which a program that asked too often may ask again. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: OAuthErrorCode,
    description: string,
    options: { readonly retryAfterSeconds?: number } = {},
  ) {
    super(description)
    this.name = 'OAuthError'
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
