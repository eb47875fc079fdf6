import type { PublicRoute } from '@gravity/shared/server/subgraph'
import { escapeHtml, htmlPage } from './html-page.ts'
import { confirmationPath, type MailboxService } from './mailbox.service.ts'

type ShownMail = Awaited<ReturnType<MailboxService['latest']>>[number]

/** `GET /mailbox?to=`: the mails that nothing has sent. Not to be published in production. */
export function mailboxRoute(mailbox: MailboxService): PublicRoute {
  return {
    method: 'GET',
    path: '/mailbox',
    async handle({ query }) {
      const to = query.get('to')?.trim() || null
      const mails = await mailbox.latest(to)
      return htmlPage('Development mailbox', `${searchForm(to)}\n${listOf(mails)}`)
    },
  }
}

function searchForm(to: string | null): string {
  return `<p>What would have been sent by mail. Exists for development only.</p>
<form><label>To <input name="to" type="email" value="${escapeHtml(to ?? '')}"></label> <button>Show</button></form>`
}

function listOf(mails: readonly ShownMail[]): string {
  if (mails.length === 0) return '<p>Nothing yet.</p>'
  return mails.map(articleOf).join('\n')
}

function articleOf({ body, sentAt, subject, to, token }: ShownMail): string {
  const link = token
    ? `<p><a href="${escapeHtml(confirmationPath(token))}">Open the link</a></p>\n<p><small>Token</small> <code>${escapeHtml(token)}</code></p>`
    : ''
  return `<article>
<h2>${escapeHtml(subject)}</h2>
<small>To ${escapeHtml(to)}, ${sentAt.toISOString()}</small>
<p>${escapeHtml(body)}</p>
${link}
</article>`
}
