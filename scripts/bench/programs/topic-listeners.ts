// Many sockets that speak graphql-transport-ws, each with one subscription. They count what comes and hardly look at it,
// so that thousands of them cost less than the server that feeds them.
import { answerCommands } from '../processes.ts'
import { type ListenerSocket, type ListenerTally, openSocket } from './listener-socket.ts'

export interface ListenersCommands {
  /** Opens so many sockets and subscribes each. Resolves when all have subscribed. */
  open(input: {
    readonly url: string
    readonly count: number
    readonly query: string
  }): Promise<void>
  /** Resolves when all sockets together have had so many messages, or after some time; with how many they have had. */
  until(messages: number): Promise<number>
  /** The fewest and the most that one socket has had, the first message, and how many sockets were closed. */
  summary(input: null): ListenersSummary
}

export interface ListenersSummary {
  readonly fewest: number
  readonly most: number
  readonly first: string
  readonly closed: number
}

const atOnce = 100
const patienceMs = 30_000

const sockets: ListenerSocket[] = []
const tally: ListenerTally = { messages: 0, first: '', closed: 0, onMessage: () => undefined }

answerCommands<ListenersCommands>({
  async open({ url, count, query }) {
    const { hostname, port } = new URL(url)
    const subscription = JSON.stringify({ id: '1', type: 'subscribe', payload: { query } })
    while (sockets.length < count) {
      const batch = Array.from({ length: Math.min(atOnce, count - sockets.length) }, () =>
        openSocket({ host: hostname, port: Number(port), subscription, tally }),
      )
      sockets.push(...batch)
      await Promise.all(batch.map(({ subscribed }) => subscribed))
    }
  },
  until: (messages) =>
    new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        tally.onMessage = () => undefined
        resolve(tally.messages)
      }
      const timer = setTimeout(finish, patienceMs)
      tally.onMessage = () => {
        if (tally.messages >= messages) finish()
      }
      tally.onMessage()
    }),
  summary() {
    const counts = sockets.map((socket) => socket.messages())
    return {
      fewest: counts.reduce((least, count) => Math.min(least, count), Number.POSITIVE_INFINITY),
      most: counts.reduce((most, count) => Math.max(most, count), 0),
      first: tally.first,
      closed: tally.closed,
    }
  },
})
