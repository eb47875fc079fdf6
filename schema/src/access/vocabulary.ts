import { z } from 'zod'

/** Somebody who stands for many: `null` for who is not signed in, otherwise the scopes that their roles grant. */
export type Persona = readonly string[] | null

/** The words that decisions are made of, and whom the matrix asks about. */
export interface Vocabulary {
  readonly personas: ReadonlyMap<string, Persona>
  /** By word, what it means. */
  readonly relations: ReadonlyMap<string, string>
}

export const vocabularyPath = 'schema/access/vocabulary.json'

const shape = z.strictObject({
  personas: z.record(z.string(), z.array(z.string()).nullable()),
  relations: z.record(z.string().regex(/^[a-z-]+$/), z.string()),
})

/** Throws a `ZodError` when the text has another form. */
export function parseVocabulary(text: string): Vocabulary {
  const { personas, relations } = shape.parse(JSON.parse(text))
  return {
    personas: new Map(Object.entries(personas)),
    relations: new Map(Object.entries(relations)),
  }
}
