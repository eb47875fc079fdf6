import { createHash } from 'node:crypto'
import { v7 } from 'uuid'

/** A UUIDv7 that is the same at every start: made from a name that is unique in the demo data, and a time. */
export function demoId(name: string, at: Date): string {
  return v7({
    msecs: at.getTime(),
    random: createHash('sha256').update(name).digest().subarray(0, 16),
    seq: createHash('sha256').update(`${name}#`).digest().readUInt32BE(0) >>> 1,
  })
}
