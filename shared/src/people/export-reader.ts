import type { EntityManager } from 'typeorm'
import type { ExportPart } from '../events/contracts/leaving.ts'

/** One kind of thing that a service keeps about people. */
export interface ExportSection {
  /** What its records are, in the plural, such as `messages`. */
  readonly name: string
  /** Selects one JSON object per row, in a column `record`; `$1` is the person's id. Trusted text. */
  readonly sql: string
}

/** A part of an answer, without whose it is. */
export type NumberedPart = Pick<ExportPart, 'number' | 'isLast' | 'sections'>

/** Few enough for an event, many enough for a person with a million records. */
const recordsPerPart = 200

/** Reads what a service keeps about a person, for their export; bound to a transaction: `new ExportReader(manager)`. */
export class ExportReader {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** All records of all sections, in parts that are read one after the other; at least one, which may be empty. */
  async *parts(sections: readonly ExportSection[], userId: string): AsyncGenerator<NumberedPart> {
    let number = 1
    let pending: ExportPart['sections'] = {}
    let size = 0
    for (const section of sections) {
      for await (const records of this.#recordsOf(section, userId)) {
        if (size > 0 && size + records.length > recordsPerPart) {
          yield { number, isLast: false, sections: pending }
          number += 1
          pending = {}
          size = 0
        }
        pending[section.name] = [...(pending[section.name] ?? []), ...records]
        size += records.length
      }
    }
    yield { number, isLast: true, sections: pending }
  }

  /** Removes what was told of a person's parts before, which the outbox keeps for some days. */
  async forget(userId: string): Promise<void> {
    await this.#manager.query(
      `delete from outbox where name like '%.export-part.v1' and payload->>'userId' = $1`,
      [userId],
    )
  }

  /** By a cursor, so that only a page at a time is in memory. */
  async *#recordsOf(
    { sql }: ExportSection,
    userId: string,
  ): AsyncGenerator<ExportPart['sections'][string]> {
    await this.#manager.query(`declare export_section no scroll cursor for ${sql}`, [userId])
    for (;;) {
      const rows: { record: ExportPart['sections'][string][number] }[] = await this.#manager.query(
        `fetch ${recordsPerPart} from export_section`,
      )
      if (rows.length > 0) yield rows.map(({ record }) => record)
      if (rows.length < recordsPerPart) break
    }
    await this.#manager.query('close export_section')
  }
}
