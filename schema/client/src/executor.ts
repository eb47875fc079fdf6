import { errorOfAnswer } from './client-error.ts'
import { type GraphQLRequest, type PrintedDocument, requestOf } from './graphql-request.ts'
import {
  type GraphQLAnswer,
  type PostRequestOptions,
  postRequest,
  refusesToken,
} from './post-request.ts'
import type { SessionKeeper } from './session-keeper.ts'

/** Options of one `execute`. */
export interface ExecuteOptions {
  /** Gives the call up; it then rejects with the reason of the signal. */
  readonly signal?: AbortSignal
  /** Sends no token and leaves the session alone; for `register` and `login` while an old session may be stored. */
  readonly anonymous?: boolean
}

/** What an executor works with. */
export interface ExecutorDeps {
  readonly http: PostRequestOptions
  readonly keeper: SessionKeeper
}

/** Runs queries and mutations with the session's token. */
export class Executor {
  readonly #deps: ExecutorDeps

  constructor(deps: ExecutorDeps) {
    this.#deps = deps
  }

  /** The data of the answer. A refused token is renewed and the call repeated once; a second refusal signs out. */
  async execute(
    printed: PrintedDocument,
    variables: unknown,
    options: ExecuteOptions = {},
  ): Promise<unknown> {
    const { keeper } = this.#deps
    const request = requestOf(printed, variables)
    const session = options.anonymous === true ? undefined : await keeper.fresh()
    const answer = await this.#post(request, options, session?.accessToken)
    if (!session || !refusesToken(answer.errors) || hadEffect(printed, answer)) {
      return successOf(answer)
    }
    const renewed = await keeper.renew(session)
    const repeated = await this.#post(request, options, renewed.accessToken)
    if (refusesToken(repeated.errors)) await keeper.end(renewed)
    return successOf(repeated)
  }

  #post(
    request: GraphQLRequest,
    options: ExecuteOptions,
    accessToken: string | undefined,
  ): Promise<GraphQLAnswer> {
    return postRequest(this.#deps.http, { request, accessToken, signal: options.signal })
  }
}

/** Whether a part of a mutation was executed, so that repeating all of it could do something twice. */
function hadEffect(printed: PrintedDocument, answer: GraphQLAnswer): boolean {
  if (printed.operation !== 'mutation') return false
  if (typeof answer.data !== 'object' || answer.data === null) return false
  return Object.values(answer.data).some((value) => value !== null)
}

function successOf(answer: GraphQLAnswer): unknown {
  if (answer.errors.length > 0) throw errorOfAnswer(answer.errors, answer.data)
  return answer.data
}
