// npm start [-- --distributed]: installs what is missing, then starts the platform.
import { ensureInstalled, run } from './bootstrap.mjs'

const arguments_ = process.argv.slice(2)
const program = arguments_.includes('--distributed') ? 'start-distributed.ts' : 'start.ts'
const installSeconds = ensureInstalled()
run(`scripts/${program}`, { env: { GRAVITY_INSTALL_SECONDS: String(installSeconds) } })
