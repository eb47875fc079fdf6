import {
  type Connection,
  type Page,
  type PageArguments,
  readPage,
  toConnection,
} from '@gravity/shared/pagination/connection'
import { type CursorCodec, defineCursor } from '@gravity/shared/pagination/cursor'
import { z } from 'zod'

type TimeKey = readonly [moment: string, id: string]

/** A list of a room, or of all rooms, in the order of a time and an id. */
export interface TimedList<Row> {
  readonly cursor: CursorCodec<TimeKey>
  readonly keyOf: (row: Row) => readonly [moment: Date, id: string]
}

/** `name` is the cursors' own: those of another list are refused. */
export function defineTimedList<Row>(
  name: string,
  keyOf: (row: Row) => readonly [moment: Date, id: string],
): TimedList<Row> {
  return { cursor: defineCursor(name, z.tuple([z.iso.datetime(), z.guid()])), keyOf }
}

export async function timedPage<Row>(
  { cursor, keyOf }: TimedList<Row>,
  args: PageArguments,
  read: (page: Page<TimeKey>) => Promise<readonly Row[]>,
): Promise<Connection<Row>> {
  const page = readPage(args, { cursor })
  return toConnection(await read(page), page, (row): TimeKey => {
    const [moment, id] = keyOf(row)
    return [moment.toISOString(), id]
  })
}
