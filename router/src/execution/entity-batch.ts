import type { RepresentationShape, RepresentationWriter } from './representation.ts'
import { areAlike, type ResponseObject } from './response-tree.ts'

/** Entities to ask for in one list, each once, with the objects that wait for them. */
export interface EntityBatch {
  readonly representations: readonly string[]
  readonly targets: readonly (readonly ResponseObject[])[]
}

export interface EntityBatchOptions {
  readonly representation: RepresentationWriter
  /** Ask for equal entities once. */
  readonly sharing: boolean
  /** Let one object stand for all that are alike at one place. */
  readonly uniting: boolean
}

/** Collects the objects that wait for entities. */
export class EntityBatchBuilder implements EntityBatch {
  readonly representations: string[] = []
  readonly targets: ResponseObject[][] = []
  readonly #options: EntityBatchOptions
  readonly #indices = new Map<RepresentationShape | undefined, Map<unknown, number>>()
  /** By index, the first object of the present place. */
  #firsts: ResponseObject[] = []

  constructor(options: EntityBatchOptions) {
    this.#options = options
  }

  /** What follows hangs at another place of the plan, where later fetches may add other things. */
  beginPlace(): void {
    this.#firsts = []
  }

  /**
   * Adds an object, and returns the one that stands for it from now on: itself, or one that was added before; undefined
   * when the object lacks what is required to ask for it.
   */
  add(target: ResponseObject): ResponseObject | undefined {
    const shape = this.#options.representation.shapeFor(target)
    const value = shape.key === undefined ? undefined : target[shape.key]
    const isKey = typeof value === 'string' || typeof value === 'number'
    const text = isKey ? undefined : shape.write(target)
    // An object of a type that the subgraph is not asked about has nothing to send.
    if (text === '{}') return target
    const indices = this.#indicesOf(isKey ? shape : undefined)
    const identity = isKey ? value : text
    const index = indices.get(identity)
    if (index !== undefined && this.#options.sharing) return this.#join(index, target)
    const representation = text ?? shape.write(target)
    if (representation === undefined) return undefined
    indices.set(identity, this.targets.length)
    this.#firsts[this.targets.length] = target
    this.representations.push(representation)
    this.targets.push([target])
    return target
  }

  #join(index: number, target: ResponseObject): ResponseObject {
    const first = this.#firsts[index]
    if (first && this.#options.uniting && (first === target || areAlike(first, target)))
      return first
    this.#firsts[index] ??= target
    this.targets[index]?.push(target)
    return target
  }

  #indicesOf(shape: RepresentationShape | undefined): Map<unknown, number> {
    const known = this.#indices.get(shape)
    if (known) return known
    const indices = new Map<unknown, number>()
    this.#indices.set(shape, indices)
    return indices
  }
}
