import type { DeferringSelection } from '../projection.ts'
import type { Path, ResponseObject } from '../response-tree.ts'

/** An object of the response tree with a deferred fragment, at one place of the client's answer. */
export interface DeferredPlace {
  readonly fragmentKey: string
  readonly selection: DeferringSelection
  readonly object: ResponseObject
  readonly path: Path
}

/** The places that were met while a part was written. */
export class DeferredPlaces {
  readonly all: DeferredPlace[] = []

  note({ deferredFor }: DeferringSelection, object: ResponseObject, path: Path): void {
    const typename = object['__typename']
    const deferred = deferredFor(typeof typename === 'string' ? typename : undefined)
    for (const { key, selection } of deferred) {
      this.all.push({ fragmentKey: key, selection, object, path })
    }
  }

  /** A null has taken the place of what was written last: nothing is below it any more. */
  forgetBelow(path: Path): void {
    while (isBelow(this.all.at(-1)?.path, path)) this.all.pop()
  }
}

function isBelow(place: Path | undefined, path: Path): boolean {
  return place !== undefined && path.every((element, index) => place[index] === element)
}
