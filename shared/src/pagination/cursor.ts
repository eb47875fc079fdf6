import type { z } from 'zod'
import { GravityError } from '../errors/gravity-error.ts'
import { textFault } from '../graphql/text.ts'

/**
 * Terminology
 * - Sort key: the values by which a list is ordered; the last of them unique, so that no two rows share a key.
 * - Cursor: an opaque text that holds the sort key of one row; a page begins after, or ends before, that row.
 */

/** Turns the sort keys of one kind of list into cursors and back. */
export interface CursorCodec<Key> {
  encode(key: Key): string
  /** Throws GravityError BAD_USER_INPUT when the text is not a cursor of this list. */
  decode(cursor: string): Key
}

/** Raised when the format changes: older cursors are then refused instead of misread. */
const version = 1

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error('The cursor is not JSON', { cause })
  }
}

function decodeParts(cursor: string): unknown {
  if (!/^[\w-]+$/.test(cursor)) throw new Error('The cursor is not base64url')
  const bytes = Buffer.from(cursor, 'base64url')
  return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
}

function hasFaultyText(value: unknown): boolean {
  if (typeof value === 'string') return textFault(value) !== null
  return Array.isArray(value) && value.some(hasFaultyText)
}

function notOfThisList(cause: unknown): GravityError {
  const message = 'The cursor is not one of this list: use a cursor that the list returned'
  return new GravityError('BAD_USER_INPUT', message, { cause })
}

/**
 * Declares the cursors of one list. `list` names the list and its order: a cursor of another list is refused. `key`
 * checks what comes back from a client, so the values are as safe as any other argument. Keys must survive JSON
 * exactly: write a `timestamptz` as text with its microseconds (a `Date` would skip rows) and a `bigint` as text.
 *
 * `const messageCursor = defineCursor('messages-by-sequence', z.tuple([z.int()]))`
 */
export function defineCursor<Key extends readonly unknown[]>(
  list: string,
  key: z.ZodType<Key>,
): CursorCodec<Key> {
  function parseCursor(cursor: string): Key {
    const parts = decodeParts(cursor)
    if (
      !Array.isArray(parts) ||
      parts[0] !== version ||
      parts[1] !== list ||
      hasFaultyText(parts)
    ) {
      throw new Error('The cursor belongs to another list or version')
    }
    return key.parse(parts.slice(2))
  }
  return {
    encode: (values) =>
      Buffer.from(JSON.stringify([version, list, ...values]), 'utf8').toString('base64url'),
    decode(cursor) {
      try {
        return parseCursor(cursor)
      } catch (cause) {
        throw notOfThisList(cause)
      }
    },
  }
}
