/** A source of choices that is the same for the same seed. */
export interface Random {
  /** From 0 to 1. */
  next(): number
  chance(probability: number): boolean
  /** From 0 to below `limit`. */
  below(limit: number): number
  pick<T>(list: readonly T[]): T
  /** So many different items, or all when there are fewer. */
  some<T>(list: readonly T[], count: number): T[]
}

/** Choices by mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick(list) {
      const index = below(list.length)
      const item = list[index]
      if (index >= list.length) throw new Error('Nothing to pick from')
      // The index is within the list, whose items may be undefined.
      return item as (typeof list)[number]
    },
    some(list, count) {
      const left = [...list]
      const taken = []
      while (taken.length < count && left.length > 0)
        taken.push(...left.splice(below(left.length), 1))
      return taken
    },
  }
}

/** A number for a text, evenly spread; the same in every process. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
