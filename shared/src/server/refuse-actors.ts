import type { GraphQLSchema } from 'graphql'
import { GravityError } from '../errors/gravity-error.ts'
import type { Viewer } from '../viewer/viewer.ts'
import { guardField } from './guard-field.ts'

export interface RefuseActorsOptions {
  /** By a mutation's name. */
  readonly isRefused: (mutation: string) => boolean
  /** Finds the viewer of a request by its GraphQL context. */
  readonly viewerOf: (context: unknown) => Viewer | null
}

/** Keeps what belongs to a person alone from administrators who act as them: throws FORBIDDEN; in place. */
export function refuseActors(schema: GraphQLSchema, options: RefuseActorsOptions): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    if (!options.isRefused(field.name)) continue
    guardField(field, (_args, context) => {
      if (options.viewerOf(context)?.impersonatedBy === undefined) return
      throw new GravityError('FORBIDDEN', `Only the person themselves may use ${field.name}.`)
    })
  }
}
