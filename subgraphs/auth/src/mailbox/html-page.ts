import type { PublicRouteResponse } from '@gravity/shared/server/subgraph'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Makes a text harmless inside elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}

/** A page without scripts; its address may hold a token, so it is neither kept nor told to other sites. */
export function htmlPage(title: string, content: string, status = 200): PublicRouteResponse {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} · Gravity</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem }
article { border-top: 1px solid #8886; padding: 1rem 0 }
h2 { margin: 0; font-size: 1.1rem } small { opacity: .7 } code { word-break: break-all }
input, button { font: inherit; padding: .4rem .8rem }
label input:not([type=checkbox]) { display: block; box-sizing: border-box; width: 100%; max-width: 24rem }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${content}
</body>
</html>
`,
  }
}
