import { Kind, type SelectionSetNode } from 'graphql'

/** What plans select of an object by themselves, because a key, a requirement or a context names it. */
export type NeededFields = ReadonlyMap<string, NeededField>

/** One field of a `NeededFields`. */
export interface NeededField {
  /** Whether it is selected wherever the object is; false for what depends on the type or has arguments of its own. */
  readonly always: boolean
  readonly fields: NeededFields
}

/** What one selection means, with what its fragments select on some types only. */
export function neededFields({ selections }: SelectionSetNode, always = true): NeededFields {
  let needed: NeededFields = new Map()
  for (const selection of selections) {
    // Fieldsets know no named fragments.
    if (selection.kind === Kind.FRAGMENT_SPREAD) continue
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      needed = merged(needed, neededFields(selection.selectionSet, false), isEither)
      continue
    }
    const { name, selectionSet, arguments: given = [] } = selection
    const fields = selectionSet
      ? neededFields(selectionSet, always)
      : new Map<string, NeededField>()
    const field = { always: always && given.length === 0, fields }
    needed = merged(needed, new Map([[name.value, field]]), isEither)
  }
  return needed
}

/** What different plans need: of an object that both need, for certain only what both select. */
export function neededByEither(one: NeededFields, other: NeededFields): NeededFields {
  const either = new Map([...one, ...other])
  for (const [name, field] of one) {
    const same = other.get(name)
    if (!same) continue
    const always = field.always && same.always
    either.set(name, { always, fields: merged(field.fields, same.fields, isBoth) })
  }
  return either
}

type Choice = (one: boolean, other: boolean) => boolean

const isEither: Choice = (one, other) => one || other
const isBoth: Choice = (one, other) => one && other

function merged(one: NeededFields, other: NeededFields, choose: Choice): NeededFields {
  const names = new Set([...one.keys(), ...other.keys()])
  return new Map(
    [...names].map((name) => {
      const [first, second] = [one.get(name), other.get(name)]
      const always = choose(first?.always ?? false, second?.always ?? false)
      const fields = merged(first?.fields ?? new Map(), second?.fields ?? new Map(), choose)
      return [name, { always, fields }]
    }),
  )
}
