// npm run start:distributed: the router and every subgraph as processes of their own, until Ctrl-C.
import { runUntilStopped } from '@gravity/shared/server/run-until-stopped'
import { startManyProcesses } from './many-processes.ts'
import { printedPhases } from './phases.ts'
import { printWelcome } from './welcome.ts'

await runUntilStopped('Gravity', async () => {
  console.log('Starting Gravity as several processes')
  const running = await startManyProcesses({
    env: process.env,
    phases: printedPhases(console.log),
    onNotice: (sentence) => console.log(`  ${sentence}`),
  })
  printWelcome(running.url, process.env)
  return running
})
