/**
 * Terminology
 * - Skeleton: what is left of a username when everything by which it could be mistaken for another is folded away. Two
 *   people never have names of one skeleton. The database computes it too, as `username_skeleton`; a test compares them.
 *
 * Only a–z, 0–9 and the underscore are allowed, so of Unicode's confusables (UTS #39) those among these remain: 0 and o,
 * 1 and l, rn and m; and vv and w. Underscores at the ends, and more than one in a row, are easily overlooked.
 */

/** What to tell a person whose username was refused. */
export const usernameRule =
  'A username has 3 to 30 of the characters a–z, 0–9 and _, and at least one letter.'

/** In lower case, without an @ before it; undefined when it is not a usable name. */
export function parseUsername(text: string): string | undefined {
  const name = text.trim().replace(/^@/, '').toLowerCase()
  return /^(?=.*[a-z])[a-z0-9_]{3,30}$/.test(name) ? name : undefined
}

export function skeletonOf(username: string): string {
  return username
    .toLowerCase()
    .replace(/_+/g, '_')
    .replace(/^_|_$/g, '')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
}

/** Folds more than people's names can bear, for names that nobody may imitate: `adm1n_` is `admin`, `supp0rt5` is `supports`. */
export function looseSkeleton(username: string): string {
  return skeletonOf(username)
    .replaceAll('_', '')
    .replaceAll('i', 'l')
    .replaceAll('5', 's')
    .replaceAll('3', 'e')
    .replaceAll('4', 'a')
}
