// A stock Apollo Server, as its manual starts it, whose root fields are constants: what the server alone costs.
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { answerCommands } from '../processes.ts'

export interface ConstantServerOptions {
  readonly sdl: string
  /** What the fields of `Query` answer, whatever their arguments. */
  readonly answers: Readonly<Record<string, unknown>>
}

export interface ConstantServerCommands {
  /** Starts to listen. Returns the address. */
  serve(options: ConstantServerOptions): Promise<string>
}

answerCommands<ConstantServerCommands>({
  async serve({ sdl, answers }) {
    const fields = Object.entries(answers).map(([field, answer]) => [field, () => answer] as const)
    const server = new ApolloServer({
      typeDefs: sdl,
      resolvers: { Query: Object.fromEntries(fields) },
    })
    const listening = { host: '127.0.0.1', port: 0 }
    const { url } = await startStandaloneServer(server, { listen: listening })
    return url
  },
})
