import type { ProjectedSelection, ProjectedType } from './projection.ts'
import { isResponseObject, type Path, type ResponseObject } from './response-tree.ts'

/**
 * The part of a path in plan names that the client can see, in the client's names: it ends at the last field that the
 * client selected.
 */
export function visiblePath(
  selection: ProjectedSelection,
  root: ResponseObject,
  planPath: Path,
): Path {
  const path: (string | number)[] = []
  let here: ProjectedSelection | ProjectedType = selection
  let value: unknown = root
  for (const element of planPath) {
    const step: Step | undefined =
      typeof element === 'string' ? fieldStep(here, value, element) : itemStep(here, value, element)
    if (!step) break
    path.push(step.element)
    here = step.type
    value = step.value
  }
  return path
}

interface Step {
  readonly element: string | number
  readonly type: ProjectedType
  readonly value: unknown
}

function fieldStep(
  here: ProjectedSelection | ProjectedType,
  value: unknown,
  source: string,
): Step | undefined {
  const selection = selectionOf(here)
  if (!selection) return undefined
  // Below a null that has risen only the declared types are known.
  const object = isResponseObject(value) ? value : {}
  const typename = object['__typename']
  const fields = selection.fieldsFor(typeof typename === 'string' ? typename : undefined)
  const field = fields?.find((candidate) => candidate.source === source)
  if (field?.kind !== 'value') return undefined
  return { element: field.responseName, type: field.type, value: object[source] }
}

function itemStep(
  here: ProjectedSelection | ProjectedType,
  value: unknown,
  index: number,
): Step | undefined {
  if (!('kind' in here) || here.kind !== 'list') return undefined
  return { element: index, type: here.item, value: Array.isArray(value) ? value[index] : undefined }
}

function selectionOf(here: ProjectedSelection | ProjectedType): ProjectedSelection | undefined {
  if (!('kind' in here)) return here
  return here.kind === 'object' || here.kind === 'deferring' ? here.selection : undefined
}
