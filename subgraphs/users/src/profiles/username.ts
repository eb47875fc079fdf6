import { isReserved } from '../usernames/reserved-usernames.ts'

/**
 * Usernames to try for a new person, best first: the display name in plain letters, the same with a number, and
 * at last one made from the id, which nobody else can hold.
 */
export function* usernameCandidates(displayName: string, id: string): Generator<string> {
  const plain = displayName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')
    .slice(0, 20)
  if (plain.length >= 3) {
    if (!isReserved(plain)) yield plain
    for (let number = 2; number <= 5; number += 1) yield `${plain}${number}`
  }
  // The last twelve digits of a UUIDv7 are random.
  yield `${plain.slice(0, 12)}_${id.replaceAll('-', '').slice(-12)}`
}
