import type { FetchNode } from '@apollo/query-planner'
import type { SelectionSetNode } from 'graphql'
import type { SubgraphError } from '../subgraphs/subgraph-client.ts'
import type { TypeRelations } from '../supergraph/supergraph.ts'
import { type EntityBatch, EntityBatchBuilder } from './entity-batch.ts'
import type { ExecutionRun } from './execution-run.ts'
import { compileMerge } from './merge.ts'
import { type FetchPlace, type LocatedError, placeError, placeFailure } from './place-faults.ts'
import type { PlannedFetch } from './planned-fetches.ts'
import { compileRepresentation } from './representation.ts'
import { isResponseObject, type ResponseObject, replaceObjectsAt } from './response-tree.ts'
import { compileOutputRewrites, renamedKeys } from './rewrites.ts'

/** A subgraph's answer to one batch. */
export interface BatchAnswer {
  /** What stands under the alias of the list; anything but a list of the right length is a failure. */
  readonly entities: unknown
  /** Errors whose path begins at the list, with the alias taken off. */
  readonly errors: readonly SubgraphError[]
}

/** One list of entities in a request: the same selection for the objects at one or more places of the tree. */
export interface EntityPart {
  readonly selectionSet: SelectionSetNode
  readonly node: FetchNode
  /** For the objects at every place of the part. Objects of one place that are alike become one object. */
  collect(run: ExecutionRun): EntityBatch
  /** For some of these objects. */
  batch(run: ExecutionRun, targets: readonly ResponseObject[]): EntityBatch
  deliver(run: ExecutionRun, batch: EntityBatch, answer: BatchAnswer): void
  fail(run: ExecutionRun, batch: EntityBatch, cause: unknown): void
}

export interface EntityPartOptions {
  readonly fetches: readonly [PlannedFetch, ...PlannedFetch[]]
  /** What is selected on each entity. */
  readonly selectionSet: SelectionSetNode
  readonly types: TypeRelations
  /** Ask for equal entities once, and hang the answer wherever it is wanted; one object stands for those that are alike. */
  readonly sharing: boolean
}

/** Compiles one list of entities; all fetches select the same. */
export function compileEntityPart(options: EntityPartOptions): EntityPart {
  const { fetches, selectionSet, types, sharing } = options
  const { node, planPath } = fetches[0]
  const renamed = renamedKeys(node.outputRewrites)
  const merge = compileMerge(selectionSet, { renamed })
  const rewrite = compileOutputRewrites(node.outputRewrites, types)
  const place = { subgraph: node.serviceName, planPath, names: merge.names, renamed }
  const representation = compileRepresentation(
    { selections: node.requires ?? [], rewrites: node.inputRewrites ?? [] },
    types,
  )
  return {
    selectionSet,
    node,
    collect(run) {
      // Faults belong to single objects.
      const uniting = sharing && run.faults.all.length === 0
      const batch = new EntityBatchBuilder({ representation, sharing, uniting })
      for (const { planPath } of fetches) {
        batch.beginPlace()
        replaceObjectsAt({ root: run.data, planPath, unique: run.shared }, (target) => {
          const standing = batch.add(target)
          if (!standing) inheritFault(run, place, target)
          else if (standing !== target) run.shared = true
          return standing ?? target
        })
      }
      return batch
    },
    batch(run, targets) {
      const batch = new EntityBatchBuilder({ representation, sharing, uniting: false })
      for (const target of targets) {
        if (!batch.add(target)) inheritFault(run, place, target)
      }
      return batch
    },
    deliver(run, { targets }, { entities, errors }) {
      if (!Array.isArray(entities) || entities.length !== targets.length) {
        failBatch(run, place, { targets, errors })
        return
      }
      for (const [index, entity] of entities.entries()) {
        if (!isResponseObject(entity)) continue
        rewrite?.(entity)
        const waiting = targets[index] ?? []
        if (waiting.length > 1 && !merge.flat) run.shared = true
        for (const target of waiting) merge.into(target, entity, run)
      }
      for (const error of errors) placeError(run, place, locate(error, targets, entities))
    },
    fail(run, { targets }, cause) {
      const error = run.describe.ofFailure(cause, node.serviceName)
      placeFailure(run, place, { error, targets: targets.flat() })
    },
  }
}

/** `_entities.2.name` is about those who wait for the third entity, anything else about all. */
function locate(
  error: SubgraphError,
  targets: readonly (readonly ResponseObject[])[],
  entities: readonly unknown[],
): LocatedError {
  const [index, ...path] = error.path ?? []
  const waiting = typeof index === 'number' ? targets[index] : undefined
  if (typeof index !== 'number' || !waiting) {
    return { error, targets: targets.flat(), path: [], total: true }
  }
  return { error, targets: waiting, path, total: !isResponseObject(entities[index]) }
}

/** An object that lacks what the subgraph requires lacks it because of an earlier fault, if there was one. */
function inheritFault(run: ExecutionRun, place: FetchPlace, target: ResponseObject): void {
  const fault = run.faults.of(target) ?? run.faults.all[0]
  if (fault) run.faults.place(target, { fault, keys: place.names })
}

/** The whole list is missing: its errors say why, or the subgraph broke the protocol. */
function failBatch(
  run: ExecutionRun,
  place: FetchPlace,
  failed: {
    readonly targets: readonly (readonly ResponseObject[])[]
    readonly errors: readonly SubgraphError[]
  },
): void {
  const targets = failed.targets.flat()
  for (const error of failed.errors)
    placeError(run, place, { error, targets, path: [], total: true })
  if (failed.errors.length > 0) return
  const cause = new Error(`Expected _entities to be a list of ${failed.targets.length}`)
  placeFailure(run, place, { error: run.describe.ofFailure(cause, place.subgraph), targets })
}
