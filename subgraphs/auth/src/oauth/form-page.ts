import type { PublicRouteResponse } from '@gravity/shared/server/subgraph'
import { escapeHtml, htmlPage } from '../mailbox/html-page.ts'

/** Where a form of ours stands and goes. */
export interface FormPlace {
  /** Path and query that the form is sent to, which is where its page is. */
  readonly address: string
  /** What proves that the form was sent from our page. */
  readonly formToken: string
  /** The header that gives the browser its cookie; undefined when it has one. */
  readonly setCookie: string | undefined
  /** Origins and schemes where the browser may end up after the form. */
  readonly formTargets: readonly string[]
}

export interface FormPage {
  readonly title: string
  /** HTML before the form. */
  readonly before?: string
  /** HTML within the form. */
  readonly fields: string
  /** HTML after the form. */
  readonly after?: string
  /** What went wrong the last time. */
  readonly fault?: string | undefined
  /** The only script that may run; none by default. */
  readonly scriptSource?: string
}

/** A page with one form. No other page may frame it, and its form reaches nothing but what its place allows. */
export function formPage(page: FormPage, place: FormPlace): PublicRouteResponse {
  const alert = page.fault === undefined ? '' : `<p role="alert">${escapeHtml(page.fault)}</p>`
  const { headers, ...answer } = htmlPage(
    page.title,
    `${page.before ?? ''}
${alert}
<form method="post" action="${escapeHtml(place.address)}">
<input type="hidden" name="form" value="${escapeHtml(place.formToken)}">
${page.fields}
</form>
${page.after ?? ''}`,
    page.fault === undefined ? 200 : 400,
  )
  const targets = ["form-action 'self'", ...place.formTargets].join(' ')
  const policy = headers?.['content-security-policy']?.replace("form-action 'self'", targets)
  return {
    ...answer,
    headers: {
      ...headers,
      'content-security-policy': page.scriptSource
        ? `script-src ${page.scriptSource}; ${policy}`
        : `${policy}`,
      'x-frame-options': 'DENY',
      ...(place.setCookie !== undefined && { 'set-cookie': place.setCookie }),
    },
  }
}

/** Sends a browser elsewhere by GET, whatever it sent before. */
export function redirectTo(location: string, setCookie?: string): PublicRouteResponse {
  return {
    status: 303,
    headers: {
      location,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      ...(setCookie !== undefined && { 'set-cookie': setCookie }),
    },
    body: '',
  }
}

/** Goes on by itself after a form whose page does not know where the way ends: a redirect would be bound by its policy. */
export function continueTo(location: string, setCookie?: string): PublicRouteResponse {
  const target = escapeHtml(location)
  const page = htmlPage(
    'Go on',
    `<meta http-equiv="refresh" content="0;url=${target}">
<p><a href="${target}">Go on</a></p>`,
  )
  return setCookie === undefined
    ? page
    : { ...page, headers: { ...page.headers, 'set-cookie': setCookie } }
}

/** A form that did not come from our page, or from another browser. */
export function foreignForm(): PublicRouteResponse {
  return htmlPage(
    'Sorry',
    '<p>This form did not come from our page, or your browser keeps no cookies. Go back and try again.</p>',
    400,
  )
}
