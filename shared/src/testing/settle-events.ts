import { eventually } from './eventually.ts'
import type { TestSubgraph } from './open-test-subgraph.ts'

/** Waits until a subgraph has handed on all its events, and applied all that were handed to it. */
export async function settleEvents({ platform, sql, subgraph }: TestSubgraph): Promise<void> {
  const queue = platform.queues.queue(`events.${subgraph.name}`)
  await eventually(async () => {
    const [row] = await sql<{ unsent: number }>(
      'select count(*)::integer as unsent from outbox where sent_at is null',
    )
    const { active, delayed, waiting } = await queue.counts()
    if (row?.unsent !== 0 || active + delayed + waiting > 0)
      throw new Error('events are on their way')
  })
}
