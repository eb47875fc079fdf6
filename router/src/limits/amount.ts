/** Something that is known when an operation is prepared, or only when its variables are. */
export type Amount = number | DynamicAmount

export type DynamicAmount = (evaluation: Evaluation) => number

/** One evaluation of amounts. */
export interface Evaluation {
  /** Coerced: defaults are in. */
  readonly variables: Record<string, unknown>
  /** What was worked out already; amounts of fragments stand at many places. */
  readonly known: Map<DynamicAmount, number>
  /** What the operation lacks. */
  readonly complaints: string[]
}

export function sum(amounts: readonly Amount[]): Amount {
  let known = 0
  const dynamic: DynamicAmount[] = []
  for (const amount of amounts) {
    if (typeof amount === 'number') known += amount
    else dynamic.push(amount)
  }
  if (dynamic.length === 0) return known
  return (evaluation) => dynamic.reduce((total, amount) => total + amount(evaluation), known)
}

export function product(one: Amount, other: Amount): Amount {
  if (typeof one === 'number' && typeof other === 'number') return one * other
  return (evaluation) => amountWith(one, evaluation) * amountWith(other, evaluation)
}

/** The same amount, worked out once an evaluation. */
export function once(amount: Amount): Amount {
  if (typeof amount === 'number') return amount
  return (evaluation) => {
    const known = evaluation.known.get(amount)
    if (known !== undefined) return known
    const value = amount(evaluation)
    evaluation.known.set(amount, value)
    return value
  }
}

export function amountWith(amount: Amount, evaluation: Evaluation): number {
  return typeof amount === 'number' ? amount : amount(evaluation)
}
