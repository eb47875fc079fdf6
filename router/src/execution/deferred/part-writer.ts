import type { GraphQLFormattedError } from 'graphql'
import { publicError } from '../../errors.ts'
import type { Deferral } from '../compiled-operation.ts'
import type { ExecutionRun } from '../execution-run.ts'
import type { BoundOperation } from '../executor.ts'
import type { Fault } from '../faults.ts'
import type { ProjectedSelection } from '../projection.ts'
import { type ProjectedError, writeData } from '../response-writer.ts'
import { visiblePath } from '../visible-path.ts'
import { type DeferredPlace, DeferredPlaces } from './deferred-places.ts'

/** One part of an answer. */
export interface WrittenPart {
  /** JSON text; `null` when a null rose to the top of the part. */
  readonly data: string
  readonly errors: readonly GraphQLFormattedError[]
  /** Where the next parts begin. */
  readonly places: readonly DeferredPlace[]
}

/** Writes the parts of one answer, each when what it needs has been fetched. */
export class PartWriter {
  readonly #bound: BoundOperation
  readonly #deferral: Deferral
  readonly #run: ExecutionRun
  /** Faults that some part has reported. */
  readonly #met = new Set<Fault>()

  constructor(bound: BoundOperation, deferral: Deferral, run: ExecutionRun) {
    this.#bound = bound
    this.#deferral = deferral
    this.#run = run
  }

  /** What was not deferred. */
  writeFirst(): WrittenPart {
    const { projection: selection } = this.#deferral
    const written = this.write({ selection, object: this.#run.data, path: [] })
    const isLast = written.places.length === 0
    const unmet = this.unmetErrors((fault) => isLast || this.#isPrimary(fault))
    return { ...written, errors: [...written.errors, ...unmet] }
  }

  write(place: Omit<DeferredPlace, 'fragmentKey'>): WrittenPart {
    const { selection, object, path } = place
    const { operation, variables } = this.#bound
    const { faults, shared } = this.#run
    const deferred = new DeferredPlaces()
    const { data, errors } = writeData(selection, object, {
      faults,
      shared,
      clientName: operation.names.clientName,
      introspection: operation.introspect(variables),
      part: { path, deferred },
    })
    this.#turnOver()
    if (data !== 'null') deferred.note(selection, object, path)
    return { data, errors: this.#publish(errors), places: data === 'null' ? [] : deferred.all }
  }

  /** The chosen faults that took nothing from any part that was written, each reported only once. */
  unmetErrors(isChosen: (fault: Fault) => boolean): readonly GraphQLFormattedError[] {
    const unmet = this.#run.faults.all.filter((fault) => !this.#met.has(fault) && isChosen(fault))
    const errors = unmet.map((fault): ProjectedError => {
      this.#met.add(fault)
      const path = this.#visiblePath(fault, this.#deferral.whole)
      const { message, extensions } = fault
      return { message, extensions, path: path.length > 0 ? path : undefined }
    })
    return this.#publish(errors)
  }

  /** Whether a fault is about nothing that was deferred. */
  #isPrimary(fault: Fault): boolean {
    if (fault.part !== undefined) return false
    const { projection, whole } = this.#deferral
    const own = this.#visiblePath(fault, projection)
    return own.length === this.#visiblePath(fault, whole).length
  }

  #visiblePath({ fallbackPath }: Fault, selection: ProjectedSelection) {
    return visiblePath(selection, this.#run.data, fallbackPath() ?? [])
  }

  /** Parts may have the same fields, and each says why it lacks them. */
  #turnOver(): void {
    for (const fault of this.#run.faults.all) {
      if (fault.reported.size === 0) continue
      this.#met.add(fault)
      fault.reported.clear()
    }
  }

  #publish(errors: readonly ProjectedError[]): readonly GraphQLFormattedError[] {
    return errors.map((error) => publicError(error, this.#run.call.identity.requestId))
  }
}
