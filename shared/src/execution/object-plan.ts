import { GraphQLError, type GraphQLObjectType } from 'graphql'
import { type Eventual, type Execution, isPromise, type Place } from './execution.ts'
import type { FieldPlan } from './field-plan.ts'

/** An object of an answer. */
export type AnsweredObject = Record<string, unknown>

/** What is selected on one object type, ready to be answered for any number of objects. */
export class ObjectPlan {
  readonly #type: GraphQLObjectType
  readonly #fields: readonly FieldPlan[]
  readonly #namesPrototype: boolean

  constructor(type: GraphQLObjectType, fields: readonly FieldPlan[]) {
    this.#type = type
    this.#fields = fields
    this.#namesPrototype = fields.some(({ responseName }) => responseName === '__proto__')
  }

  /** Answers an object that a resolver gave. Throws, or rejects, when it has to be null. */
  complete(source: unknown, execution: Execution, place: Place): Eventual {
    const { isTypeOf, name } = this.#type
    const [first] = this.#fields
    if (!isTypeOf || !first) return this.execute(source, execution, place)
    const proceed = (isOfType: boolean): Eventual => {
      if (isOfType) return this.execute(source, execution, place)
      throw new GraphQLError(`Expected a value of type "${name}".`)
    }
    const isOfType = isTypeOf(source, execution.context, first.infoFor(execution, place))
    return isPromise(isOfType) ? isOfType.then(proceed) : proceed(isOfType)
  }

  /** Answers all fields at once. */
  execute(source: unknown, execution: Execution, place: Place): Eventual {
    const answer = this.#newAnswer()
    const pending: PromiseLike<void>[] = []
    try {
      for (const field of this.#fields) {
        const { responseName } = field
        const value = field.run(source, execution, place)
        if (!isPromise(value)) {
          answer[responseName] = value
          continue
        }
        // Keeps the field's place among the others.
        answer[responseName] = undefined
        const fill = (completed: unknown): void => {
          answer[responseName] = completed
        }
        pending.push(value.then(fill))
      }
    } catch (error) {
      return failAfter(pending, error)
    }
    const [only] = pending
    if (!only) return answer
    return (pending.length === 1 ? only : Promise.all(pending)).then(() => answer)
  }

  /** Answers one field after the other, as mutations are. */
  async executeSerially(source: unknown, execution: Execution): Promise<AnsweredObject> {
    const answer = this.#newAnswer()
    for (const field of this.#fields) {
      answer[field.responseName] = await field.run(source, execution, undefined)
    }
    return answer
  }

  /** Plain objects, whose fields V8 lays out once; a field of that one name would change what the object is. */
  #newAnswer(): AnsweredObject {
    return this.#namesPrototype ? Object.create(null) : {}
  }
}

/** Waits for what is under way, so that what it rejects with is handled too. */
function failAfter(pending: readonly PromiseLike<void>[], error: unknown): Promise<never> {
  if (pending.length === 0) throw error
  return Promise.allSettled(pending).then(() => {
    throw error
  })
}
