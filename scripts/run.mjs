// run.mjs PROGRAM [ARG ...]: installs what is missing, then runs a TypeScript program of this repository.
import { ensureInstalled, run } from './bootstrap.mjs'

const [program, ...rest] = process.argv.slice(2)
ensureInstalled()
run(program, { arguments: rest })
