import { demoPassword } from '@gravity/shared/demo/demo-people'
import { readPlatformConfig } from '@gravity/shared/platform/config'

/** Prints where everything is, and how to sign in when there are demo accounts. */
export function printWelcome(url: string, env: NodeJS.ProcessEnv): void {
  console.log(`
  GraphQL endpoint   ${url}/graphql   (queries, mutations, subscriptions by WebSocket or SSE)
  Explorer           ${url}/          (GraphiQL, without a network: ${url}/graphiql)
  Health             ${url}/health/ready
  Metrics            ${url}/metrics`)
  const { environment, seed } = readPlatformConfig(env)
  if (environment !== 'production') {
    console.log(
      `  Mailbox            ${url}/mailbox   (the mails that nothing has sent; in development only)`,
    )
  }
  if (seed === 'demo') {
    console.log(`
  Demo accounts      admin@gravity.local, alice@gravity.local, bob@gravity.local
  Password           ${demoPassword}`)
  }
  console.log('\n  Ctrl-C stops everything.\n')
}
