import { restarting } from '../live/feed-stream.ts'
import { PulledStream } from '../live/pulled-stream.ts'
import type { MessageRow } from '../messages/message.entity.ts'
import type { InboxReads } from './inbox.repository.ts'
import type {
  InboxChangeEvent,
  InboxEvent,
  InboxMessageEvent,
  InboxPlace,
  InboxSignalEvent,
} from './inbox-event.ts'
import type { InboxListener, InboxPerson } from './inbox-person.ts'
import { MissedRooms } from './missed-rooms.ts'

export interface InboxStreamOptions {
  readonly person: InboxPerson
  readonly reads: Pick<InboxReads, 'missed' | 'missedChanges'>
  /** The process stops. */
  readonly hasEnded: () => boolean
  readonly release: () => void
}

/** Events that wait for a slow reader; what does not fit is read from the database when the reader comes for it. */
const mostWaiting = 200

/**
 * One open inbox. In each room, messages come in order and each once: live ones as they are told, missed ones from the
 * database, and a room of which something was missed tells nothing live before that is made up for.
 */
export class InboxStream extends PulledStream<InboxEvent> implements InboxListener {
  readonly #options: InboxStreamOptions
  readonly #missed: MissedRooms
  readonly #signals = new Map<string, InboxEvent>()
  #waiting: (InboxMessageEvent | InboxChangeEvent)[] = []

  constructor(options: InboxStreamOptions) {
    super()
    this.#options = options
    this.#missed = new MissedRooms({ reads: options.reads, person: options.person })
    options.person.listeners.add(this)
  }

  /** The reader has come so far in a room, which may be further, or less far, than this process has. */
  startAt(roomId: string, place: InboxPlace): void {
    this.#missed.startAt(roomId, place)
    this.moved()
  }

  sent(event: InboxMessageEvent): void {
    const { roomId, message } = event
    const isMissed = !this.#missed.passes(roomId, { sequence: message.sequence })
    if (isMissed) this.moved()
    if (isMissed || this.#options.person.ignores(message.authorId)) return
    this.#add(event, { sequence: message.sequence - 1, change: this.#changeOf(roomId) })
  }

  changed(message: MessageRow, concerns: boolean): void {
    this.#missed.changed(message)
    this.#waiting = this.#waiting.flatMap((event) => {
      if (event.message.id !== message.id) return [event]
      return event.__typename === 'InboxMessage' ? [{ ...event, message }] : []
    })
    const { roomId, changed } = message
    const isMissed = !this.#missed.passes(roomId, { change: changed })
    if (isMissed) this.moved()
    if (isMissed || !concerns) return
    this.#add(this.#changeEvent(message), {
      sequence: this.#sequenceOf(roomId),
      change: changed - 1,
    })
  }

  signal(event: InboxSignalEvent): void {
    const { roomId } = event
    if (event.__typename === 'InboxRoomAdded' || event.__typename === 'InboxRoomRemoved') {
      for (const key of [...this.#signals.keys()]) {
        if (key.startsWith(roomId)) this.#signals.delete(key)
      }
    }
    if (event.__typename === 'InboxRoomRemoved') this.#missed.forget(roomId)
    this.#signals.set(`${roomId}:${event.__typename}`, event)
    this.moved()
  }

  invitations(): void {
    this.#signals.set('invitations', { __typename: 'InboxInvitations' })
    this.moved()
  }

  /** The process stops. */
  stop(): void {
    this.moved()
  }

  protected override take(): InboxEvent | undefined {
    if (this.#options.hasEnded()) throw restarting()
    for (const [key, event] of this.#signals) {
      this.#signals.delete(key)
      return event
    }
    for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
      if (this.#options.person.rooms.has(event.roomId)) return event
    }
    return undefined
  }

  protected override fetch(): Promise<void> | undefined {
    return this.#missed.isEmpty ? undefined : this.#readMissed()
  }

  protected override letGo(): void {
    this.#options.person.listeners.delete(this)
    this.#waiting = []
    this.#signals.clear()
    this.#options.release()
  }

  async #readMissed(): Promise<void> {
    const { person } = this.#options
    const { messages, changes } = await this.#missed.read()
    for (const message of messages) {
      if (!person.ignores(message.authorId)) this.#waiting.push(person.eventOf(message))
    }
    for (const message of changes) this.#waiting.push(this.#changeEvent(message))
  }

  /** `before` is where the database goes on when there is no place to wait. */
  #add(event: InboxMessageEvent | InboxChangeEvent, before: InboxPlace): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push(event)
    else this.#missed.startAt(event.roomId, before)
    this.moved()
  }

  #changeEvent(message: MessageRow): InboxChangeEvent {
    const { person } = this.#options
    const { mentionsViewer } = person.eventOf(message)
    return { __typename: 'InboxMessageChange', roomId: message.roomId, message, mentionsViewer }
  }

  #changeOf(roomId: string): number {
    return this.#options.person.rooms.get(roomId)?.change ?? 0
  }

  #sequenceOf(roomId: string): number {
    return this.#options.person.rooms.get(roomId)?.sequence ?? 0
  }
}
