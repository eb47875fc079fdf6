import { EVENT_STREAM_TYPE } from './content-negotiation.ts'
import {
  createResultStreams,
  type ResultStreams,
  type ResultStreamsOptions,
  type StreamFormat,
} from './result-streams.ts'

export const EVENT_STREAM_CONTENT = `${EVENT_STREAM_TYPE}; charset=utf-8`
/** Clients ignore it. */
export const EVENT_COMMENT = ':\n\n'

/**
 * GraphQL over server-sent events in the mode of distinct connections
 * (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md): a `next` event for each result, then `complete`.
 */
export function createEventStreams(options: ResultStreamsOptions): ResultStreams {
  return createResultStreams(options, eventStream)
}

const complete = 'event: complete\ndata:\n\n'

const eventStream: StreamFormat = {
  contentType: EVENT_STREAM_CONTENT,
  // Some browsers report an open stream only once they have seen a byte of it.
  opening: EVENT_COMMENT,
  beat: EVENT_COMMENT,
  next,
  end: complete,
  endWith: (errors) => next(JSON.stringify({ errors })) + complete,
}

function next(body: string): string {
  return `event: next\ndata: ${body}\n\n`
}
