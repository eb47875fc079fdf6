/**
 * Terminology
 * - Topic: a name that publishers and listeners agree on, such as `chat.room.<id>`.
 * - Listener: a function that is called with every message of one topic.
 * - Gap: a time during which messages may have been lost, because the connection that carries them was.
 */

/**
 * Topics with at-most-once delivery: a hint that something changed. The database is the truth; whoever must not
 * miss anything re-reads it. Listeners of one topic see messages in the order in which one publisher published them.
 */
export interface PubSub {
  /**
   * Resolves when the message was handed over; listeners are called later. `message` must survive JSON (TypeError
   * otherwise). Rejects with GravityError SUBGRAPH_UNAVAILABLE when it cannot be carried now: a caller whose change is
   * already committed logs that and goes on.
   */
  publish(topic: string, message: unknown): Promise<void>
  /**
   * Resolves once the subscription is in force: whatever is published afterwards is seen. Listeners of one topic
   * are counted; the last one to leave closes the upstream subscription. A message is deeply frozen, because all
   * listeners get the same one. A listener must not throw; when it does, the others are called all the same.
   * Rejects with GravityError SUBGRAPH_UNAVAILABLE when messages cannot be carried now. A lost connection is taken
   * up again by itself, after which `onGap` is called.
   */
  subscribe(
    topic: string,
    listener: (message: unknown) => void,
    options?: PubSubSubscribeOptions,
  ): Promise<PubSubSubscription>
  /** Rejects when messages cannot be carried now; for readiness. */
  ping(): Promise<void>
  /** Ends all subscriptions; no listener is called afterwards. */
  close(): Promise<void>
}

export interface PubSubSubscribeOptions {
  /** Called when the subscription is in force again after a gap: the moment to re-read the truth. */
  readonly onGap?: (() => void) | undefined
}

/** Ends with `close`, or by itself at the end of an `await using` block; ending twice is harmless. */
export interface PubSubSubscription extends AsyncDisposable {
  close(): Promise<void>
}
