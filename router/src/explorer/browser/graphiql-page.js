// Runs in the browser, after React, GraphiQL and the panel for query plans have defined themselves as globals.
const { React, ReactDOM, GraphiQL, queryPlanPlugin } = globalThis

const endpoint = new URL('/graphql', globalThis.location.href)
const socketEndpoint = new URL(endpoint)
socketEndpoint.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:'

// What stands in the headers editor goes along with every request, and into `connection_init` of every subscription.
const fetcher = GraphiQL.createFetcher({
  url: endpoint.href,
  subscriptionUrl: socketEndpoint.href,
})

const container = globalThis.document.querySelector('#graphiql')
const { defaultQuery } = container.dataset

ReactDOM.createRoot(container).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery,
    plugins: [queryPlanPlugin],
    defaultEditorToolsVisibility: 'headers',
    shouldPersistHeaders: true,
  }),
)
