import type { CachePolicy } from '@gravity/shared/cache/cache-policy'
import type { AnswerAudience } from '@gravity/shared/server/answer-audience'
import { isResponseObject, type ResponseObject } from '../execution/response-tree.ts'
import type {
  SubgraphError,
  SubgraphRequest,
  SubgraphResponse,
} from '../subgraphs/subgraph-client.ts'
import { copyObject } from './copy-value.ts'
import type { EntityList } from './entity-lists.ts'
import type { TaggedEntry } from './tagged-cache.ts'

/** What a subgraph answered about an entity, and whom it may be told. */
export interface Entity {
  readonly entity: ResponseObject
  readonly scope: CachePolicy['scope']
  /** Whom of those it is not for; undefined for nobody. */
  readonly audience: AnswerAudience | undefined
}

export type KeptEntity = TaggedEntry<Entity>

/** One list of a request, with what is known of it already. */
interface AskedList {
  readonly list: EntityList
  readonly representations: readonly string[]
  /** As many as there are representations; undefined for those that must be fetched. */
  readonly known: readonly (KeptEntity | undefined)[]
  /** The indices of those that must be fetched. */
  readonly missing: readonly number[]
}

/** A request for entities, some of which are known. */
export class EntityRequest {
  readonly #request: SubgraphRequest
  readonly #lists: readonly AskedList[]

  constructor(
    request: SubgraphRequest,
    lists: readonly EntityList[],
    find: (list: EntityList, representation: string) => KeptEntity | undefined,
  ) {
    this.#request = request
    this.#lists = lists.map((list) => {
      const representations = request.representations.get(list.variable) ?? []
      const known = representations.map((representation) => find(list, representation))
      const missing = [...known.keys()].filter((index) => known[index] === undefined)
      return { list, representations, known, missing }
    })
  }

  /** Those that need not be fetched. */
  get known(): readonly KeptEntity[] {
    return this.#lists.flatMap(({ known }) => known.filter((entity) => entity !== undefined))
  }

  get isComplete(): boolean {
    return this.#lists.every(({ missing }) => missing.length === 0)
  }

  /** The request for the rest. */
  rest(): SubgraphRequest {
    const representations = new Map(
      this.#lists.map(({ list, representations: all, missing }) => [
        list.variable,
        missing.map((index) => all[index] ?? ''),
      ]),
    )
    return { ...this.#request, representations }
  }

  /** The whole answer, from that to the rest; undefined for the latter when nothing was left to fetch. */
  complete(answer?: SubgraphResponse): SubgraphResponse {
    const data: ResponseObject = {}
    for (const { list, known, missing } of this.#lists) {
      const fetched = answer?.data?.[list.alias]
      const entities: unknown[] = known.map((kept) => (kept ? copyObject(kept.value.entity) : null))
      for (const [position, index] of missing.entries()) {
        if (Array.isArray(fetched)) entities[index] = fetched[position]
      }
      data[list.alias] = entities
    }
    const errors = (answer?.errors ?? []).map((error) => this.#relocate(error))
    return { data, errors }
  }

  /** `_entities.0` of the rest is another one of the whole. */
  #relocate(error: SubgraphError): SubgraphError {
    const [alias, position, ...path] = error.path ?? []
    const asked = this.#lists.find(({ list }) => list.alias === alias)
    if (!asked || alias === undefined || typeof position !== 'number') return error
    return { ...error, path: [alias, asked.missing[position] ?? position, ...path] }
  }
}

/** One entity of an answer, and how it was asked for. */
export interface FoundEntity {
  readonly list: EntityList
  /** As JSON text. */
  readonly representation: string
  readonly entity: ResponseObject
}

/** Every entity of an answer that is an object. */
export function entitiesIn(
  request: SubgraphRequest,
  lists: readonly EntityList[],
  { data }: SubgraphResponse,
): FoundEntity[] {
  const found: FoundEntity[] = []
  for (const list of lists) {
    const representations = request.representations.get(list.variable) ?? []
    const entities = data?.[list.alias]
    if (!Array.isArray(entities) || entities.length !== representations.length) continue
    for (const [index, representation] of representations.entries()) {
      const entity: unknown = entities[index]
      if (isResponseObject(entity)) found.push({ list, representation, entity })
    }
  }
  return found
}
