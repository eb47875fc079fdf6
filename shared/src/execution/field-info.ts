import type { GraphQLResolveInfo } from 'graphql'
import { type Execution, type Place, placeBelow } from './execution.ts'
import type { PlannedField } from './field-plan.ts'

/** What a resolver is told about where it is. Few look, so it is put together only then. */
export class FieldInfo implements GraphQLResolveInfo {
  readonly #planned: PlannedField
  readonly #execution: Execution
  readonly #parent: Place
  #path: GraphQLResolveInfo['path'] | undefined

  constructor(planned: PlannedField, execution: Execution, parent: Place) {
    this.#planned = planned
    this.#execution = execution
    this.#parent = parent
  }

  get fieldName(): string {
    return this.#planned.field.name
  }

  get fieldNodes(): GraphQLResolveInfo['fieldNodes'] {
    return this.#planned.nodes
  }

  get returnType(): GraphQLResolveInfo['returnType'] {
    return this.#planned.field.type
  }

  get parentType(): GraphQLResolveInfo['parentType'] {
    return this.#planned.parentType
  }

  get path(): GraphQLResolveInfo['path'] {
    const { responseName, parentType } = this.#planned
    this.#path ??= placeBelow(this.#parent, responseName, parentType.name)
    return this.#path
  }

  get schema(): GraphQLResolveInfo['schema'] {
    return this.#execution.schema
  }

  get fragments(): GraphQLResolveInfo['fragments'] {
    return this.#execution.fragments
  }

  get rootValue(): unknown {
    return this.#execution.rootValue
  }

  get operation(): GraphQLResolveInfo['operation'] {
    return this.#execution.operation
  }

  get variableValues(): GraphQLResolveInfo['variableValues'] {
    return this.#execution.variables
  }
}
