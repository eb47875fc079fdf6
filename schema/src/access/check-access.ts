import { type AccessSubject, accessSubjects } from './access-subjects.ts'
import type { Decision } from './decision.ts'
import type { AccessDecisions, AccessFault } from './read-access.ts'

/**
 * What is wrong with the decisions about a supergraph: a field without one, one without a field, words that mean nothing,
 * and disagreement with the directives that enforce them.
 */
export function checkAccess(supergraphSdl: string, access: AccessDecisions): AccessFault[] {
  const subjects = new Map(accessSubjects(supergraphSdl).map((one) => [one.coordinate, one]))
  const known = new Set([...access.vocabulary.personas.values()].flatMap((scopes) => scopes ?? []))
  const faulty = new Set(access.faults.map(({ coordinate }) => coordinate))
  const undecided = [...subjects.keys()]
    .filter((coordinate) => !access.decisions.has(coordinate) && !faulty.has(coordinate))
    .map((coordinate) => ({
      coordinate,
      message: 'Nobody has decided who may: say so in schema/access/<service>.json.',
    }))
  const disagreeing = [...access.decisions].flatMap(([coordinate, decision]) => {
    const subject = subjects.get(coordinate)
    const message = subject
      ? (disagreement(subject, decision) ?? unheldScope(decision, known))
      : 'There is no such root field or field of an entity: remove the decision.'
    return message === undefined ? [] : [{ coordinate, message }]
  })
  return [...access.faults, ...undecided, ...disagreeing]
}

function unheldScope({ alternatives }: Decision, known: ReadonlySet<string>): string | undefined {
  const unheld = alternatives.flat().find((scope) => !known.has(scope))
  return unheld && `No persona of the vocabulary has the scope ${unheld}.`
}

/** How a decision and the directives differ; undefined when they agree. */
function disagreement({ isRoot, type, requirement }: AccessSubject, decision: Decision) {
  const { audience, alternatives, elseNull, relations, text } = decision
  const isScopesOnly = audience === undefined && relations.length === 0
  if (requirement.alternatives) {
    const needed = requirement.alternatives.map((list) => list.join(' and ')).toSorted()
    const decided = alternatives.map((list) => list.join(' and ')).toSorted()
    if (isScopesOnly && !elseNull && needed.join() === decided.join()) return undefined
    return `@requiresScopes lets in ${needed.join(' or ')}, the decision "${text}".`
  }
  if (requirement.authenticated) {
    if (audience === 'anyone') return `@authenticated refuses strangers, and anyone may.`
    if (isScopesOnly && !elseNull) {
      return `@authenticated lets in everybody who is signed in: put @requiresScopes there for "${text}".`
    }
    return undefined
  }
  if (audience === 'anyone') return undefined
  if (elseNull && type !== 'Mutation') return undefined
  const advice = isRoot ? '' : ', or end the decision with ", else null" where others see null'
  return `Nothing in the schema keeps others out: add @authenticated or @requiresScopes${advice}.`
}
