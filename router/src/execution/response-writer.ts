import type { ErrorCode } from '@gravity/shared/errors/gravity-error'
import type { DeferredPlaces } from './deferred/deferred-places.ts'
import type { FaultError, Faults, Placement } from './faults.ts'
import { leafText } from './leaf.ts'
import type {
  DeferringSelection,
  ProjectedField,
  ProjectedSelection,
  ProjectedType,
} from './projection.ts'
import { isResponseObject, type Path, type ResponseObject } from './response-tree.ts'

/** An error with its path in the client's names. */
export interface ProjectedError extends FaultError {
  readonly path: Path | undefined
}

export interface WriterOptions {
  readonly faults: Faults
  /** Whether the tree has objects that hang at several places. */
  readonly shared: boolean
  /** The client's name of what the response tree calls `planName`; for paths that end below the client's answer. */
  readonly clientName: (planName: string) => string
  /** JSON text of the introspection fields, by response name. */
  readonly introspection: ReadonlyMap<string, string>
  /** For an answer in parts: where the written object stands, and where to note what is deferred of it. */
  readonly part?: { readonly path: Path; readonly deferred: DeferredPlaces }
}

/** What of the answer goes out. */
export interface WrittenData {
  /** JSON text; `null` when a null rose to the top. */
  readonly data: string
  readonly errors: readonly ProjectedError[]
}

/** A place without a value: nobody has said why. */
const absent = undefined
/** A place without a value whose error has been reported. No JSON text is empty. */
const failed = ''

type ProjectedBranch = ProjectedType & { readonly kind: 'list' | 'object' }

/** Where a value of the response tree hangs. */
interface TreePlace {
  readonly holder: object
  readonly key: string | number
}

/** One fault may take a field from thousands of objects; the first places tell the story. */
const reportsPerFault = 100

/** Writes the projection of a response tree, completing values as the GraphQL specification says (section 6.4.3). */
export function writeData(
  selection: ProjectedSelection,
  root: ResponseObject,
  options: WriterOptions,
): WrittenData {
  const writer = new ResponseWriter(options)
  const data = writer.write(selection, root)
  return { data: data === failed ? 'null' : data, errors: writer.errors }
}

class ResponseWriter {
  readonly errors: ProjectedError[] = []
  readonly #told = new Set<string>()
  readonly #options: WriterOptions
  readonly #texts = new Map<ProjectedBranch, Map<unknown, string>>()
  /** Only the first `#depth` elements are valid; elements are overwritten, never removed. */
  readonly #path: (string | number)[]
  #depth: number

  constructor(options: WriterOptions) {
    this.#options = options
    this.#path = options.part ? [...options.part.path] : []
    this.#depth = this.#path.length
  }

  /** The text of an object, or `failed` when one of its fields must not be null and is. */
  write(selection: ProjectedSelection, source: ResponseObject): string {
    const typename = source['__typename']
    const fields = selection.fieldsFor(typeof typename === 'string' ? typename : undefined)
    if (!fields) {
      this.#fail(`${selection.typeName} has no such type of object.`, this.#depth)
      return failed
    }
    let text = ''
    for (const field of fields) {
      this.#path[this.#depth] = field.responseName
      const value = this.#writeField(field, source)
      if (value === failed) return failed
      text += field.prefix + value
    }
    return text === '' ? '{}' : `${text}}`
  }

  #writeField(field: ProjectedField, source: ResponseObject): string {
    switch (field.kind) {
      case 'value': {
        const value = source[field.source]
        const text = this.#complete(field.type, value)
        return text || this.#writeNull(field.type, text, { holder: source, key: field.source })
      }
      case 'constant':
        return field.text
      case 'introspection':
        return this.#options.introspection.get(field.responseName) ?? 'null'
      case 'typename':
        this.#fail(`The type behind ${field.coordinate} is not known.`)
        return failed
      case 'refused':
        this.#refuse(field.code, field.coordinate)
        return field.nonNull ? failed : 'null'
    }
  }

  /** Writes what hangs in the tree at several places once, unless errors or deferred fragments need each place. */
  #recall(type: ProjectedBranch, value: unknown): string {
    const { shared, faults, part } = this.#options
    if (!type.memo || !shared || part || faults.all.length > 0)
      return this.#writeBranch(type, value)
    let texts = this.#texts.get(type)
    if (!texts) {
      texts = new Map()
      this.#texts.set(type, texts)
    }
    const known = texts.get(value)
    if (known !== undefined) return known
    const reported = this.errors.length
    const text = this.#writeBranch(type, value)
    if (this.errors.length === reported) texts.set(value, text)
    return text
  }

  #writeBranch(type: ProjectedBranch, value: unknown): string {
    if (type.kind === 'list' && Array.isArray(value)) return this.#writeList(type, value)
    if (type.kind === 'object' && isResponseObject(value))
      return this.#writeObject(type.selection, value)
    this.#fail(`The value of ${type.coordinate} does not fit its type.`)
    return failed
  }

  #complete(type: ProjectedType, value: unknown): string | undefined {
    if (value === null || value === undefined) return absent
    switch (type.kind) {
      case 'leaf': {
        const text = leafText(type, value)
        if (text !== undefined) return text
        break
      }
      case 'list':
      case 'object':
        return this.#recall(type, value)
      case 'deferring':
        if (isResponseObject(value)) return this.#writeDeferring(type.selection, value)
    }
    this.#fail(`The value of ${type.coordinate} does not fit its type.`)
    return failed
  }

  #writeObject(selection: ProjectedSelection, value: ResponseObject): string {
    this.#depth += 1
    const text = this.write(selection, value)
    this.#depth -= 1
    return text
  }

  #writeDeferring(selection: DeferringSelection, value: ResponseObject): string {
    const text = this.#writeObject(selection, value)
    if (text !== failed) this.#options.part?.deferred.note(selection, value, this.#here())
    return text
  }

  #writeList(type: ProjectedType & { kind: 'list' }, values: readonly unknown[]): string {
    this.#depth += 1
    let text = '['
    for (let index = 0; index < values.length; index += 1) {
      this.#path[this.#depth] = index
      const completed = this.#complete(type.item, values[index])
      const itemText =
        completed || this.#writeNull(type.item, completed, { holder: values, key: index })
      if (itemText === failed) {
        this.#depth -= 1
        return failed
      }
      text += index === 0 ? itemText : `,${itemText}`
    }
    this.#depth -= 1
    return `${text}]`
  }

  /** What stands for a value that is not there: a null, or nothing at all where null is not allowed. */
  #writeNull(type: ProjectedType, text: string | undefined, place: TreePlace): string {
    if (text === absent && !this.#explain(place) && type.nonNull) {
      this.#fail(`Cannot return null for non-nullable field ${type.coordinate}.`)
    }
    if (!type.nonNull && text === failed) this.#options.part?.deferred.forgetBelow(this.#here())
    return type.nonNull ? failed : 'null'
  }

  /** Reports why a place has no value; false when no subgraph said so. */
  #explain({ holder, key }: TreePlace): boolean {
    const { faults } = this.#options
    if (faults.all.length === 0) return false
    const placements = faults.at(holder, key)
    for (const placement of placements) this.#reportFault(placement, key)
    return placements.length > 0
  }

  #reportFault({ fault, tail }: Placement, key: string | number): void {
    const below = (tail ?? [key]).map((element) =>
      typeof element === 'string' ? this.#options.clientName(element) : element,
    )
    const path = [...this.#path.slice(0, this.#depth), ...below]
    const place = path.join('.')
    if (fault.reported.has(place) || fault.reported.size >= reportsPerFault) return
    fault.reported.add(place)
    const { message, extensions } = fault
    // Subgraphs that share a field fail in the same way: nobody needs to hear it twice.
    const told = `${place} ${message}`
    if (this.#told.has(told)) return
    this.#told.add(told)
    this.errors.push({ message, extensions, path })
  }

  #fail(message: string, depth = this.#depth + 1): void {
    const code: ErrorCode = 'INTERNAL_SERVER_ERROR'
    this.errors.push({ message, extensions: { code }, path: this.#path.slice(0, depth) })
  }

  #refuse(code: ErrorCode, coordinate: string): void {
    const message =
      code === 'UNAUTHENTICATED'
        ? `Sign in to use ${coordinate}.`
        : `You may not use ${coordinate}.`
    this.errors.push({ message, extensions: { code }, path: this.#here() })
  }

  #here(): (string | number)[] {
    return this.#path.slice(0, this.#depth + 1)
  }
}
