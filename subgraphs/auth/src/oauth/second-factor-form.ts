import type { PublicRouteResponse } from '@gravity/shared/server/subgraph'
import type { SecondFactorRequired } from '../accounts/entrance.ts'
import { escapeHtml } from '../mailbox/html-page.ts'
import { type FormPlace, formPage } from './form-page.ts'
import { passkeyFields, passkeyScript, passkeyScriptSource } from './passkey-form.ts'

const codeField =
  '<p><label>Code of your authenticator <input name="code" inputmode="numeric" autocomplete="one-time-code" data-code></label></p>'
const recoveryField =
  '<p><label>Or a recovery code <input name="recoveryCode" autocomplete="off" data-code></label></p>'

/** What is asked for beside the password. */
export type AskedFactor = Pick<SecondFactorRequired, 'challenge' | 'methods' | 'passkeyOptions'>

/** Asks for a second factor. What is asked for travels in the form, so that a wrong answer can be followed by another. */
export function secondFactorForm(
  { challenge, methods, passkeyOptions }: AskedFactor,
  place: FormPlace,
  fault?: string,
): PublicRouteResponse {
  const asked = JSON.stringify({ challenge, methods, passkeyOptions })
  const fields = [
    `<input type="hidden" name="asked" value="${escapeHtml(asked)}">`,
    passkeyOptions === null ? '' : passkeyFields(passkeyOptions),
    methods.includes('TOTP') ? codeField : '',
    methods.includes('RECOVERY_CODE') ? recoveryField : '',
    '<button name="step" value="second-factor">Go on</button>',
  ]
  return formPage(
    {
      title: 'Prove that it is you',
      before: '<p>This account has a second factor.</p>',
      fields: fields.join('\n'),
      fault,
      ...(passkeyOptions !== null && { after: passkeyScript, scriptSource: passkeyScriptSource }),
    },
    place,
  )
}
