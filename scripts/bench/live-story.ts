import { setTimeout as delay } from 'node:timers/promises'
import { addMembers, openRoom, speak } from './chat-room.ts'
import { LiveReader, type LiveReaderOptions } from './live-reader.ts'
import { ask, type BenchPerson } from './people.ts'

/** Two rooms in which people speak, listen, come and go, while what they rely on is restarted. */
export interface LiveStory {
  readonly url: string
  /** The first two own a room each, and speak in it. */
  readonly people: readonly BenchPerson[]
  readonly socketsPerPerson: number
  /** How long people speak; longer when the incidents are not over. */
  readonly seconds: number
  /** In each room. */
  readonly messagesPerSecond: number
  /** Each is begun when its share of the time has passed and the one before is over. Nobody else waits for them. */
  readonly incidents: readonly Incident[]
  /** Breaks the story off; it rejects then. */
  readonly signal?: AbortSignal
}

export interface Incident {
  readonly name: string
  readonly after: number
  run(): Promise<void>
}

/** What has come of it. */
export interface LiveOutcome {
  readonly sockets: number
  readonly outsiderSockets: number
  readonly messages: number
  readonly departures: number
  readonly returns: number
  readonly expected: number
  readonly delivered: number
  readonly lost: number
  readonly duplicated: number
  readonly outOfOrder: number
  /** Messages that came to somebody who was not a member. */
  readonly toNonMembers: number
}

interface Room {
  readonly id: string
  readonly owner: BenchPerson
  /** When sending was begun, by sequence. */
  readonly begunAt: number[]
}

/** A time during which somebody was surely not a member. */
interface Absence {
  readonly person: BenchPerson
  readonly roomId: string
  readonly from: number
  until: number
}

/** How long everybody has to get what is missing once all has been sent. */
const patienceMs = 120_000

export async function tellLiveStory(story: LiveStory): Promise<LiveOutcome> {
  const { url, people } = story
  const cast = castOf(people)
  const rooms = await Promise.all(
    cast.rooms.map(async ({ owner, members }): Promise<Room> => {
      return { id: await openRoom(url, owner, members), owner, begunAt: [] }
    }),
  )
  const readers = openReaders(story, { rooms, cast })
  try {
    const absences = await live(story, { rooms, cast, ...readers })
    return judge({ rooms, absences, ...readers })
  } finally {
    const all = [...readers.members, ...readers.outsiders]
    await Promise.all(all.map((reader) => reader.stop()))
  }
}

/** Resolves when all is said and had its time to arrive. */
async function live(
  story: LiveStory,
  { rooms, cast, members }: Omit<Evidence, 'absences'> & { readonly cast: Cast },
): Promise<readonly Absence[]> {
  await Promise.all(rooms.map((room) => say(story, room, 'first')))
  await until(story, () => members.every((reader) => hasAll(reader, rooms)))
  const absences: Absence[] = []
  const { isOver, incidents } = beginIncidents(story)
  const speaking = rooms.map((room) => keepSpeaking(story, room, isOver))
  const moving = cast.restless.map((person, index) => {
    const room = rooms[index % rooms.length]
    return room ? comeAndGo(story, { person, room, absences, isOver }) : undefined
  })
  await Promise.all([...speaking, ...moving, incidents])
  await until(story, () => members.every((reader) => hasAll(reader, rooms)))
  // A duplicate would come late.
  await delay(1_500)
  return absences
}

/** The last third of the time, at least, is left for what comes after them. */
function beginIncidents({ seconds, incidents, signal }: LiveStory): {
  readonly incidents: Promise<void>
  readonly isOver: () => boolean
} {
  const begun = performance.now()
  let endsAt = Number.POSITIVE_INFINITY
  const runAll = async (): Promise<void> => {
    for (const { after, run } of incidents) {
      await delay(Math.max(0, begun + after * seconds * 1_000 - performance.now()))
      await run()
    }
    endsAt = Math.max(begun + seconds * 1_000, performance.now() + (seconds * 1_000) / 3)
  }
  return {
    incidents: runAll(),
    isOver: () => signal?.aborted === true || performance.now() > endsAt,
  }
}

interface Cast {
  readonly rooms: readonly { readonly owner: BenchPerson; readonly members: BenchPerson[] }[]
  /** They leave and come back all the time. */
  readonly restless: readonly BenchPerson[]
  /** They are in no room and try to listen all the same. */
  readonly outsiders: readonly BenchPerson[]
}

/** Six in ten are in the first room and as many in the second; every tenth is restless, every twentieth an outsider. */
function castOf(people: readonly BenchPerson[]): Cast {
  const [first, second] = people
  if (!first || !second) throw new Error('Two people are the least.')
  const outsiders = people.filter((_, index) => index > 1 && index % 20 === 5)
  const insiders = people.filter((person) => !outsiders.includes(person))
  const share = Math.ceil(insiders.length * 0.6)
  return {
    rooms: [
      { owner: first, members: insiders.filter((person, at) => at < share && person !== first) },
      {
        owner: second,
        members: insiders.filter(
          (person, at) => (at < 2 || at >= insiders.length - share) && person !== second,
        ),
      },
    ],
    // The even ones go in and out of the first room, the odd ones of the second, both of which hold the middle.
    restless: insiders.filter((_, at) => at > insiders.length - share && at < share),
    outsiders,
  }
}

function openReaders(
  { url, socketsPerPerson }: LiveStory,
  { rooms, cast }: { readonly rooms: readonly Room[]; readonly cast: Cast },
): { readonly members: readonly LiveReader[]; readonly outsiders: readonly LiveReader[] } {
  const open = (person: BenchPerson, socket: number, roomIds: string[]): LiveReader => {
    // Who comes back into a room gets what was said meanwhile by asking the room.
    const byInbox = socket % 2 === 1 && !cast.restless.includes(person)
    const by: LiveReaderOptions['by'] = byInbox ? 'inbox' : 'rooms'
    return new LiveReader({ url, person, roomIds, by })
  }
  const sockets = Array.from({ length: socketsPerPerson }, (_, index) => index)
  const people = new Set(cast.rooms.flatMap(({ owner, members }) => [owner, ...members]))
  const roomsOf = (person: BenchPerson): string[] =>
    rooms.flatMap(({ id }, index) => {
      const room = cast.rooms[index]
      return room && (room.owner === person || room.members.includes(person)) ? id : []
    })
  return {
    members: [...people].flatMap((person) =>
      sockets.map((socket) => open(person, socket, roomsOf(person))),
    ),
    outsiders: cast.outsiders.flatMap((person) =>
      sockets.map((socket) =>
        open(
          person,
          socket,
          rooms.map(({ id }) => id),
        ),
      ),
    ),
  }
}

async function say(story: LiveStory, room: Room, name: string): Promise<void> {
  const begun = performance.now()
  const speech = { roomId: room.id, clientMessageId: name, body: `Message ${name}` }
  // Whether it arrived is not known when the answer was lost: the same message is sent again.
  const sequence = await persist(story, () => speak(story.url, room.owner, speech))
  room.begunAt[sequence] = begun
}

async function keepSpeaking(story: LiveStory, room: Room, isOver: () => boolean): Promise<void> {
  for (let count = 1; !isOver(); count += 1) {
    const next = delay(1_000 / story.messagesPerSecond)
    await say(story, room, `${count}`)
    await next
  }
}

interface Movement {
  readonly person: BenchPerson
  readonly room: Room
  readonly absences: Absence[]
  readonly isOver: () => boolean
}

async function comeAndGo(story: LiveStory, movement: Movement): Promise<void> {
  const { url } = story
  const { person, room, absences, isOver } = movement
  await delay(Math.random() * 3_000)
  while (!isOver()) {
    await persist(story, () => leave(url, person, room.id))
    const from = performance.now()
    const absence = { person, roomId: room.id, from, until: Number.POSITIVE_INFINITY }
    absences.push(absence)
    await delay(500 + Math.random() * 2_500)
    absence.until = performance.now()
    await addMembers(url, room.owner, { roomId: room.id, ids: [person.id] })
    await delay(500 + Math.random() * 2_500)
  }
}

async function leave(url: string, person: BenchPerson, roomId: string): Promise<void> {
  await ask(url, {
    query: 'mutation ($roomId: ID!) { leaveRoom(input: { roomId: $roomId }) { __typename } }',
    variables: { roomId },
    token: person.accessToken,
  })
}

async function persist<T>({ signal }: LiveStory, work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await delay(100)
    }
  }
}

/** Waits as long as patience allows; what is missing then is lost. */
async function until({ signal }: LiveStory, isTrue: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + patienceMs
  while (!isTrue() && performance.now() < giveUpAt) {
    signal?.throwIfAborted()
    await delay(100)
  }
}

function hasAll(reader: LiveReader, rooms: readonly Room[]): boolean {
  return rooms.every(
    ({ id, begunAt }) => !reader.receipts.has(id) || reader.lastOf(id) >= begunAt.length - 1,
  )
}

interface Evidence {
  readonly rooms: readonly Room[]
  readonly absences: readonly Absence[]
  readonly members: readonly LiveReader[]
  readonly outsiders: readonly LiveReader[]
}

function judge({ rooms, absences, members, outsiders }: Evidence): LiveOutcome {
  const counts = { expected: 0, delivered: 0, lost: 0, duplicated: 0, outOfOrder: 0 }
  let toNonMembers = 0
  for (const reader of [...members, ...outsiders]) toNonMembers += reader.foreign
  for (const { receipts } of outsiders) {
    for (const received of receipts.values()) toNonMembers += received.length
  }
  for (const reader of members) {
    for (const { id, begunAt } of rooms) {
      const received = reader.receipts.get(id)
      if (!received) continue
      const sequences = received.map(({ sequence }) => sequence)
      const distinct = new Set(sequences)
      const messages = begunAt.length - 1
      counts.expected += messages
      counts.delivered += sequences.length
      counts.lost += messages - distinct.size
      counts.duplicated += sequences.length - distinct.size
      counts.outOfOrder += sequences.filter((value, at) => value < (sequences[at - 1] ?? 0)).length
      toNonMembers += received.filter(({ sequence, at }) =>
        absences.some(
          ({ person, roomId, from, until: end }) =>
            person === reader.person &&
            roomId === id &&
            at > from &&
            at < end &&
            (begunAt[sequence] ?? 0) > from,
        ),
      ).length
    }
  }
  return {
    sockets: members.length,
    outsiderSockets: outsiders.length,
    messages: rooms.reduce((sum, { begunAt }) => sum + begunAt.length - 1, 0),
    departures: absences.length,
    returns: members.reduce((sum, reader) => sum + reader.returns, 0),
    ...counts,
    toNonMembers,
  }
}
