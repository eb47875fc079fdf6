import type { BanRow } from './ban.repository.ts'

/** The member may read the room and not write in it. */
export interface Muted {
  readonly __typename: 'Muted'
  readonly code: 'MUTED'
  readonly message: string
  /** Null for a mute without an end. */
  readonly expiresAt: Date | null
}

/** The member has written a moment ago. */
export interface SlowMode {
  readonly __typename: 'SlowMode'
  readonly code: 'SLOW_MODE'
  readonly message: string
  readonly retryAfterSeconds: number
}

export interface WordsRefused {
  readonly __typename: 'WordsRefused'
  readonly code: 'WORDS_REFUSED'
  readonly message: string
  readonly words: readonly string[]
}

/** The viewer themselves may not come in. */
export interface Banned {
  readonly __typename: 'Banned'
  readonly code: 'BANNED'
  readonly message: string
  readonly reason: string | null
  readonly expiresAt: Date | null
}

/** Others may not come in. */
export interface PeopleBanned {
  readonly __typename: 'PeopleBanned'
  readonly code: 'PEOPLE_BANNED'
  readonly message: string
  readonly personIds: readonly string[]
}

export interface MemberOutranks {
  readonly __typename: 'MemberOutranks'
  readonly code: 'MEMBER_OUTRANKS'
  readonly message: string
}

export interface ReportNotFound {
  readonly __typename: 'ReportNotFound'
  readonly code: 'REPORT_NOT_FOUND'
  readonly message: string
}

export interface ReportSettled {
  readonly __typename: 'ReportSettled'
  readonly code: 'REPORT_SETTLED'
  readonly message: string
}

export interface WordFilterNotFound {
  readonly __typename: 'WordFilterNotFound'
  readonly code: 'WORD_FILTER_NOT_FOUND'
  readonly message: string
}

export function muted(expiresAt: Date | null): Muted {
  const until = expiresAt ? ` until ${expiresAt.toISOString()}` : ''
  const message = `You are muted in this room${until}: you may read and not write.`
  return { __typename: 'Muted', code: 'MUTED', message, expiresAt }
}

export function slowMode(retryAfterSeconds: number): SlowMode {
  const message = `The room is in slow mode: write again in ${retryAfterSeconds} s.`
  return { __typename: 'SlowMode', code: 'SLOW_MODE', message, retryAfterSeconds }
}

export function wordsRefused(words: readonly string[]): WordsRefused {
  const message = 'The room does not want these words.'
  return { __typename: 'WordsRefused', code: 'WORDS_REFUSED', message, words }
}

/** Undefined when there is no ban. */
export function banned(ban: BanRow | undefined): Banned | undefined {
  if (!ban) return undefined
  const { reason, expiresAt } = ban
  const until = expiresAt ? ` until ${expiresAt.toISOString()}` : ''
  const message = `You are banned from this room${until}.`
  return { __typename: 'Banned', code: 'BANNED', message, reason, expiresAt }
}

/** Undefined when there are no bans. */
export function peopleBanned(bans: readonly BanRow[]): PeopleBanned | undefined {
  if (bans.length === 0) return undefined
  const message = 'Some of the people are banned from the room: lift the ban first.'
  const personIds = bans.map(({ userId }) => userId)
  return { __typename: 'PeopleBanned', code: 'PEOPLE_BANNED', message, personIds }
}

export const memberOutranks: MemberOutranks = {
  __typename: 'MemberOutranks',
  code: 'MEMBER_OUTRANKS',
  message: 'The person has a role that is not below yours.',
}

export const reportNotFound: ReportNotFound = {
  __typename: 'ReportNotFound',
  code: 'REPORT_NOT_FOUND',
  message: 'There is no such report, or you may not review it.',
}

export const reportSettled: ReportSettled = {
  __typename: 'ReportSettled',
  code: 'REPORT_SETTLED',
  message: 'Somebody else has settled the report otherwise.',
}

export const wordFilterNotFound: WordFilterNotFound = {
  __typename: 'WordFilterNotFound',
  code: 'WORD_FILTER_NOT_FOUND',
  message: 'There is no such filter, or you may not change it.',
}
