import type { Platform } from '../platform/platform.ts'
import { eventually } from './eventually.ts'

/** Runs a job of a service once, now, and waits until the service has no job that is due. */
export async function runJob(
  platform: Pick<Platform, 'queues'>,
  service: string,
  { input = {}, name }: { readonly name: string; readonly input?: object },
): Promise<void> {
  const queue = platform.queues.queue(`jobs.${service}`)
  await queue.add([{ name, data: { input } }])
  await eventually(async () => {
    const { active, waiting } = await queue.counts()
    if (active + waiting > 0) throw new Error('the job still runs')
  })
  const [failed] = (await queue.failed(1)).filter((job) => job.name === name)
  if (failed) throw new Error(`The job ${name} failed: ${failed.error}`)
}
