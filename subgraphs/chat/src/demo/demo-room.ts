/** One message: who (the part of the address before the @), how many seconds after the one before, what. */
export type DemoLine = readonly [author: string, secondsLater: number, body: string]

/** What was said in one go. */
export interface DemoConversation {
  /** RFC 3339; when the first line's seconds begin to count. */
  readonly startsAt: string
  readonly lines: readonly DemoLine[]
}

export interface DemoRoom {
  /** Unique and never changed: the room's id is made from it. */
  readonly key: string
  readonly name: string | null
  readonly openedAt: string
  /** The first one opened the room and owns it. */
  readonly members: readonly string[]
  readonly conversations: readonly DemoConversation[]
}
