/**
 * Topics with at-most-once delivery: a hint that something changed. The database is the truth; whoever must not
 * miss anything re-reads it.
 */
export interface PubSub {
  /** Resolves when the message was handed over. `message` must survive JSON. */
  publish(topic: string, message: unknown): Promise<void>
  /**
   * Resolves once the subscription is in force: whatever is published afterwards is seen. Listeners of one topic
   * are counted; the last one to leave closes the upstream subscription. A listener must not throw.
   */
  subscribe(topic: string, listener: (message: unknown) => void): Promise<PubSubSubscription>
  /** Rejects when messages cannot be carried now; for readiness. */
  ping(): Promise<void>
  close(): Promise<void>
}

export interface PubSubSubscription extends AsyncDisposable {
  close(): Promise<void>
}
