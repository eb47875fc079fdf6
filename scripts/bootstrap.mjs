// Plain JavaScript for any Node >= 20: what runs before the pinned Node and the dependencies are there.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** True when every package that the lock file names for this platform is installed in that version. */
function isInstalled() {
  const hidden = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true
    if (entry.link) return present[path]?.link === true
    return present[path] ? present[path].version === entry.version : entry.optional === true
  })
}

/** Installs what the lock file says when it is not there yet. Returns the seconds that it took, 0 when nothing was missing. */
export function ensureInstalled() {
  if (isInstalled()) return 0
  const started = Date.now()
  process.stderr.write('Installing dependencies (once; this takes a minute) …\n')
  const npm = process.env.npm_execpath
  const [command, prefix] = npm ? [process.execPath, [npm]] : ['npm', []]
  const install = spawnSync(
    command,
    [...prefix, 'ci', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
    },
  )
  if (install.status !== 0) {
    process.stderr.write('npm ci failed: see above. Is the npm registry reachable?\n')
    process.exit(1)
  }
  return (Date.now() - started) / 1000
}

/** The Node that runs the sources: the pinned one, or this one when it is new enough. */
function sourceNode() {
  const pinned = join(root, 'node_modules/node/bin/node')
  if (existsSync(pinned)) return pinned
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  process.stderr.write(
    'Node 24 is needed to run the sources, and the pinned one is not installed: its install script was blocked. ' +
      'Run "npm rebuild node", or use Node 24 yourself.\n',
  )
  return process.exit(1)
}

/** Runs a program of this repository with the pinned Node, hands signals on, and ends with its exit status. */
export function run(program, options = {}) {
  const child = spawn(
    sourceNode(),
    [...(options.flags ?? []), program, ...(options.arguments ?? [])],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
        ...options.env,
      },
    },
  )
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}
