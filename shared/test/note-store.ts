import { type EntityManager, EntitySchema, type QueryRunner } from 'typeorm'
import type { EntityShape } from '../src/database/entity-shape.ts'
import {
  type Database,
  type OpenDatabaseOptions,
  openDatabase,
} from '../src/database/open-database.ts'
import { silentLog } from '../src/testing/silent-log.ts'

// A service in miniature, for the tests of the database.

export interface NoteRow {
  id: number
  body: string | null
}

export const NoteEntity = new EntitySchema<NoteRow>({
  name: 'Note',
  tableName: 'notes',
  columns: {
    id: { type: 'int', primary: true },
    body: { type: 'text', nullable: true },
  },
} satisfies EntityShape<NoteRow>)

export class NoteRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async all(): Promise<NoteRow[]> {
    return this.#manager.getRepository(NoteEntity).find({ order: { id: 'asc' } })
  }

  async setting(name: string): Promise<string> {
    const [row] = await this.#manager.query('select current_setting($1) as value', [name])
    return row.value
  }

  async byId(id: number): Promise<object[]> {
    return this.#manager.query('select * from notes where id = $1', [id])
  }

  async add(note: NoteRow): Promise<void> {
    await this.#manager.getRepository(NoteEntity).insert(note)
  }

  async run(sql: string): Promise<void> {
    await this.#manager.query(sql)
  }
}

export class CreateNotes1767225600000 {
  async up(runner: QueryRunner): Promise<void> {
    // Not repeatable, and slow enough that two processes without a lock would meet in it.
    await runner.query('select pg_sleep(0.05)')
    await runner.query('create table notes (id int primary key, body text)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table notes')
  }
}

export interface NoteStore {
  notes: NoteRepository
}
export interface NoteReads {
  notes: Pick<NoteRepository, 'all' | 'byId' | 'setting'>
}
export type NoteDatabase = Database<NoteStore, NoteReads>
export type NoteOptions = Partial<OpenDatabaseOptions<NoteStore, NoteReads>>

export function openNotes(url: string, options: NoteOptions = {}): Promise<NoteDatabase> {
  return openDatabase<NoteStore, NoteReads>({
    service: 'notes',
    url,
    entities: [NoteEntity],
    migrations: [CreateNotes1767225600000],
    store: (manager) => ({ notes: new NoteRepository(manager) }),
    log: silentLog,
    ...options,
  })
}
