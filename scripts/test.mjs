// npm test [-- JEST_ARG ...]: installs what is missing, then runs every test.
import { ensureInstalled, run } from './bootstrap.mjs'

ensureInstalled()
run('node_modules/jest/bin/jest.js', {
  arguments: process.argv.slice(2),
  flags: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
})
