import { z } from 'zod'
import type { PubSub } from '../pubsub/pubsub.ts'

/**
 * Terminology
 * - Tag: a name for something that kept answers are made of, such as `User:42`; an answer carries the tags of
 *   everything in it.
 * - Invalidation: the news that what some tags stand for has changed. Whatever carries one of them is forgotten.
 */

/** Where invalidations are told to every router. */
export const INVALIDATION_TOPIC = 'router.cache-invalidation'

/** What has changed; `all` when that is not known. */
export interface Invalidation {
  readonly tags: readonly string[]
  readonly all?: boolean | undefined
}

const shape = z.object({
  tags: z.array(z.string().min(1).max(1_000)).max(10_000).default([]),
  all: z.boolean().optional(),
})

/**
 * The tag that every kept answer with the entity carries: `User:42`. `key` is the value of the `@key`, or an object of
 * its fields in the order of the `@key` when it has several.
 */
export function entityTag(type: string, key: unknown): string {
  return `${type}:${typeof key === 'object' ? JSON.stringify(key) : String(key)}`
}

/**
 * Tells all routers that what they keep under the tags is out of date. Call it after the change was committed; a router
 * that is in the middle of reading the old values does not keep them. Rejects with SUBGRAPH_UNAVAILABLE when it cannot be
 * told now: then answers are out of date until their `maxAge`.
 */
export function publishInvalidation(
  pubsub: Pick<PubSub, 'publish'>,
  tags: readonly string[],
): Promise<void> {
  return pubsub.publish(INVALIDATION_TOPIC, { tags })
}

/** The invalidation in a message or in a request's body; undefined when it is none. */
export function readInvalidation(message: unknown): Invalidation | undefined {
  return shape.safeParse(message).data
}
