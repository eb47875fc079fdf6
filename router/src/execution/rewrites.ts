import type { FetchDataRewrite } from '@apollo/query-planner'
import type { TypeRelations } from '../supergraph/supergraph.ts'
import { isResponseObject, type ResponseObject } from './response-tree.ts'

const fragmentPrefix = '... on '

/** The type of an element `... on Type` of a rewrite's path; undefined for a field name. */
export function fragmentCondition(element: string): string | undefined {
  return element.startsWith(fragmentPrefix) ? element.slice(fragmentPrefix.length) : undefined
}

/** Undoes in a subgraph's answer what the planner had to alias, in place. */
export type OutputRewriter = (data: unknown) => void

/** Compiles the rewrites of a fetch's answer; undefined when there are none. */
export function compileOutputRewrites(
  rewrites: readonly FetchDataRewrite[] | undefined,
  types: TypeRelations,
): OutputRewriter | undefined {
  if (!rewrites || rewrites.length === 0) return undefined
  const steps = rewrites.map((rewrite) => compileStep(rewrite.path, rewrite, types))
  return (data) => {
    for (const step of steps) step(data)
  }
}

/** For each alias that the planner invented, the name it stands for. */
export function renamedKeys(
  rewrites: readonly FetchDataRewrite[] | undefined,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const rewrite of rewrites ?? []) {
    const alias = rewrite.path.at(-1)
    if (rewrite.kind === 'KeyRenamer' && alias !== undefined) names.set(alias, rewrite.renameKeyTo)
  }
  return names
}

function compileStep(
  path: readonly string[],
  rewrite: FetchDataRewrite,
  types: TypeRelations,
): OutputRewriter {
  const [head, ...rest] = path
  if (head === undefined) return () => undefined
  const condition = fragmentCondition(head)
  const next = rest.length > 0 ? compileStep(rest, rewrite, types) : undefined
  return forEachObject((object) => {
    if (condition !== undefined) {
      if (passes(object, condition, types)) next?.(object)
    } else if (next) next(object[head])
    else rewriteKey(object, head, rewrite)
  })
}

function forEachObject(visit: (object: ResponseObject) => void): OutputRewriter {
  const descend = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) descend(item)
    else if (isResponseObject(value)) visit(value)
  }
  return descend
}

function passes(object: ResponseObject, condition: string, types: TypeRelations): boolean {
  const typename = object['__typename']
  return typeof typename !== 'string' || types.satisfies(typename, condition)
}

function rewriteKey(object: ResponseObject, key: string, rewrite: FetchDataRewrite): void {
  if (rewrite.kind === 'ValueSetter') {
    object[key] = rewrite.setValueTo
  } else if (object[key] !== undefined) {
    object[rewrite.renameKeyTo] = object[key]
    object[key] = undefined
  }
}
