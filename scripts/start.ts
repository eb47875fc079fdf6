// npm start: the whole platform in one process, until Ctrl-C.
import { runUntilStopped } from '@gravity/shared/server/run-until-stopped'
import { startOneProcess } from './one-process.ts'
import { printedPhases } from './phases.ts'
import { printWelcome } from './welcome.ts'

const begun = performance.now()

await runUntilStopped('Gravity', async () => {
  const phases = printedPhases(console.log)
  console.log('Starting Gravity in one process')
  const installSeconds = Number(process.env['GRAVITY_INSTALL_SECONDS'] ?? 0)
  if (installSeconds > 0) phases.report('dependencies', installSeconds)
  const platform = await startOneProcess({
    env: process.env,
    phases,
    onNotice: (sentence) => console.log(`  ${sentence}`),
  })
  phases.report('ready', installSeconds + (performance.now() - begun) / 1_000)
  printWelcome(platform.url, process.env)
  return platform
})
