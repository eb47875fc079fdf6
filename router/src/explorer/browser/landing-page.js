// Runs in the browser. The page is complete without it; this only replaces the welcome by Apollo Sandbox when the
// network has it.
const { document, location } = globalThis

const sandboxScript =
  'https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js'
const patienceMs = 8_000

const endpoint = new URL('/graphql', location.href)
const socketEndpoint = new URL(endpoint)
socketEndpoint.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:'

for (const element of document.querySelectorAll('[data-endpoint]')) {
  element.textContent = endpoint.href
}

const welcome = document.querySelector('#welcome')
const status = document.querySelector('#status')
const sandbox = document.querySelector('#sandbox')

function stayWithGraphiql() {
  status.textContent =
    'Apollo Sandbox cannot be reached from this browser. GraphiQL is served from here and needs no network.'
}

function showSandbox() {
  if (!globalThis.EmbeddedSandbox) {
    stayWithGraphiql()
    return
  }
  sandbox.hidden = false
  welcome.hidden = true
  new globalThis.EmbeddedSandbox({
    target: '#sandbox',
    initialEndpoint: endpoint.href,
    initialSubscriptionEndpoint: socketEndpoint.href,
    includeCookies: false,
    initialState: { document: sandbox.dataset.defaultQuery },
  })
}

status.textContent = 'Looking for Apollo Sandbox on the network…'
const script = document.createElement('script')
const patience = setTimeout(() => {
  script.remove()
  stayWithGraphiql()
}, patienceMs)
script.addEventListener('load', () => {
  clearTimeout(patience)
  showSandbox()
})
script.addEventListener('error', () => {
  clearTimeout(patience)
  stayWithGraphiql()
})
script.src = sandboxScript
document.head.append(script)
