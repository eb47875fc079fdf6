import { MULTIPART_END, MULTIPART_OPENING, multipartPart, multipartType } from './multipart.ts'
import {
  createResultStreams,
  type ResultStreams,
  type ResultStreamsOptions,
  type StreamFormat,
} from './result-streams.ts'

/**
 * Apollo's multipart protocol for subscriptions over HTTP, version 1.0
 * (https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol): a part for each
 * result, an empty object now and then, and errors beside a null payload when the stream cannot go on.
 */
export function createMultipartSubscriptions(options: ResultStreamsOptions): ResultStreams {
  return createResultStreams(options, multipartSubscription)
}

const heartbeat = multipartPart('{}')

const multipartSubscription: StreamFormat = {
  contentType: multipartType('subscriptionSpec=1.0'),
  // A part, because clients that wait for one do not know otherwise that they are connected.
  opening: MULTIPART_OPENING + heartbeat,
  beat: heartbeat,
  next: (body) => multipartPart(`{"payload":${body}}`),
  end: MULTIPART_END,
  endWith: (errors) => multipartPart(JSON.stringify({ payload: null, errors })) + MULTIPART_END,
}
