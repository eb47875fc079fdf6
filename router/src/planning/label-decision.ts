import type { Viewer } from '@gravity/shared/viewer/viewer'

/** Says whether a label of `@override` is on for a viewer. */
export type LabelDecision = (label: string, viewer: Viewer | null) => boolean

export interface LabelDecisionOptions {
  /** For how many viewers in a hundred each label is on that is not a percentage itself. */
  readonly percentages?: ReadonlyMap<string, number> | undefined
  /** Asked first; undefined leaves a label to the percentages. */
  readonly decide?: ((label: string, viewer: Viewer | null) => boolean | undefined) | undefined
}

/**
 * Decides labels: `percent(x)` is on for x viewers in a hundred, others for as many as is said of them, and for nobody
 * when nothing is. A viewer has it on for good, also while the percentage grows; strangers are decided anew each time.
 */
export function createLabelDecision(options: LabelDecisionOptions = {}): LabelDecision {
  const { percentages = new Map<string, number>(), decide } = options
  return (label, viewer) => {
    const decided = decide?.(label, viewer)
    if (decided !== undefined) return decided
    const percentage = percentageOf(label)
    if (percentage !== undefined) return placeOf('percent', viewer) < percentage
    return placeOf(label, viewer) < (percentages.get(label) ?? 0)
  }
}

function percentageOf(label: string): number | undefined {
  const match = /^percent\((\d+(?:\.\d+)?)\)$/.exec(label)
  return match ? Number(match[1]) : undefined
}

/** A place from 0 to just below 100. */
function placeOf(label: string, viewer: Viewer | null): number {
  return viewer === null ? Math.random() * 100 : (hash(`${label} ${viewer.userId}`) / 2 ** 32) * 100
}

/** FNV-1a with a last mixing step, by which also its high bits depend on every character: spreads, hides nothing. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
