import { createHash } from 'node:crypto'
import { escapeHtml } from '../mailbox/html-page.ts'

/** The only script of our pages: asks the browser for a passkey, which no form can do by itself. */
const script = `const button = document.querySelector('[data-passkey]')
button.hidden = false
button.addEventListener('click', async () => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(button.dataset.passkey))
  const credential = await navigator.credentials.get({ publicKey })
  const { form } = button
  form.elements.passkey.value = JSON.stringify(credential.toJSON())
  form.elements.passkey.disabled = false
  for (const field of form.querySelectorAll('[data-code]')) field.disabled = true
  form.requestSubmit(form.querySelector('[name=step]'))
})`

/** What a policy must allow for it: this very script and no other. */
export const passkeyScriptSource = `'sha256-${createHash('sha256').update(script).digest('base64')}'`

/** A button within a form that answers a question by a passkey; browsers without scripts do not see it. */
export function passkeyFields(options: string): string {
  return `<input type="hidden" name="passkey" disabled>
<p><button type="button" hidden data-passkey="${escapeHtml(options)}">Use a passkey</button></p>`
}

/** To stand after the form. */
export const passkeyScript = `<script>${script}</script>`
