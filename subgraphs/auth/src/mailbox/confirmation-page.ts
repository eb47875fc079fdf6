import {
  type MailTokenPurpose,
  type MailTokens,
  mailTokenPurposes,
} from '@gravity/shared/mail/mail-tokens'
import type { PublicRoute, PublicRouteRequest } from '@gravity/shared/server/subgraph'
import type { RegistrationService } from '../accounts/registration.service.ts'
import type { EmailChangeService } from '../emails/email-change.service.ts'
import type { PasswordService } from '../passwords/password.service.ts'
import type { Client } from '../sessions/client.ts'
import { escapeHtml, htmlPage } from './html-page.ts'
import { CONFIRMATION_PATH } from './mailbox.service.ts'

export interface ConfirmationPageDeps {
  readonly mailTokens: MailTokens
  readonly registrations: RegistrationService
  readonly passwords: PasswordService
  readonly emailChanges: EmailChangeService
}

interface Outcome {
  readonly __typename: string
  readonly message?: string
  readonly isComplete?: boolean
}

const titles: Readonly<Record<MailTokenPurpose, string>> = {
  register: 'Confirm your address',
  'verify-email': 'Confirm your address',
  'reset-password': 'Choose a new password',
  'confirm-present-email': 'Confirm that your address changes',
  'confirm-new-email': 'Confirm your new address',
}

/**
 * The page behind the links in mails. Opening it changes nothing, because programs open links before people do; its
 * form does. A front end that has pages of its own uses the mutations instead.
 */
export function confirmationRoutes(deps: ConfirmationPageDeps): PublicRoute[] {
  const purposeOf = (token: string) => deps.mailTokens.read(token, mailTokenPurposes)?.purpose
  return [
    {
      method: 'GET',
      path: CONFIRMATION_PATH,
      async handle({ query }) {
        const token = query.get('token') ?? ''
        const purpose = purposeOf(token)
        return purpose ? formFor(purpose, token) : unknownLink()
      },
    },
    {
      method: 'POST',
      path: CONFIRMATION_PATH,
      async handle(request) {
        const form = new URLSearchParams(request.body)
        const token = form.get('token') ?? ''
        const purpose = purposeOf(token)
        if (!purpose) return unknownLink()
        const outcome = await confirm(deps, purpose, { form, token, client: clientOf(request) })
        if (outcome.__typename === 'InvalidInput') return formFor(purpose, token, outcome.message)
        return outcome.message === undefined
          ? htmlPage('Thank you', `<p>${thanksFor(outcome)}</p>`)
          : htmlPage('Sorry', `<p>${escapeHtml(outcome.message)}</p>`, 400)
      },
    },
  ]
}

function confirm(
  deps: ConfirmationPageDeps,
  purpose: MailTokenPurpose,
  sent: { readonly form: URLSearchParams; readonly token: string; readonly client: Client },
): Promise<Outcome> {
  const { client, form, token } = sent
  switch (purpose) {
    case 'register':
    case 'verify-email':
      return deps.registrations.verifyEmail(token, client)
    case 'reset-password':
      return deps.passwords.reset({ token, newPassword: form.get('password') ?? '' }, client)
    case 'confirm-present-email':
    case 'confirm-new-email':
      return deps.emailChanges.confirm(token, client)
  }
}

function thanksFor(outcome: Outcome): string {
  if (outcome.__typename === 'PasswordChanged') return 'You have a new password. Sign in with it.'
  if (outcome.__typename === 'EmailVerified') return 'Your address is confirmed. Sign in with it.'
  return outcome.isComplete
    ? 'The address of the account was changed.'
    : 'This address agrees. The other one must agree too.'
}

function formFor(purpose: MailTokenPurpose, token: string, fault?: string) {
  const password =
    purpose === 'reset-password'
      ? '<p><label>New password <input name="password" type="password" autocomplete="new-password" required minlength="8" maxlength="128"></label></p>'
      : ''
  return htmlPage(
    titles[purpose],
    `${fault ? `<p role="alert">${escapeHtml(fault)}</p>` : ''}
<form method="post" action="${CONFIRMATION_PATH}">
<input type="hidden" name="token" value="${escapeHtml(token)}">
${password}
<button>${purpose === 'reset-password' ? 'Replace the password' : 'Confirm'}</button>
</form>`,
    fault ? 400 : 200,
  )
}

function unknownLink() {
  return htmlPage('Sorry', '<p>This link is not complete. Copy all of it from the mail.</p>', 400)
}

function clientOf({ headers, identity }: PublicRouteRequest): Client {
  return { address: identity.clientAddress, userAgent: headers['user-agent'] ?? null }
}
