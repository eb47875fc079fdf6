export const dayMs = 24 * 60 * 60 * 1_000

export function daysAfter(time: Date, days: number): Date {
  return new Date(time.getTime() + days * dayMs)
}
