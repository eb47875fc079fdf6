/**
 * The SQL condition that one of two people has blocked the other; false when one of them is null. `one` and `other` are
 * placeholders or columns.
 */
export function keptApart(one: string, other: string): string {
  return `exists (select 1 from blocks
    where (blocker_id = ${one} and blocked_id = ${other})
      or (blocker_id = ${other} and blocked_id = ${one}))`
}
