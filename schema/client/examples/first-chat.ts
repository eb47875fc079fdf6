// The story of a first chat, against a running Gravity: two people register, one opens a room with the other, and sees
// the friend's messages arrive live, with the friend's profile joined in from another service.
//
//   npm start                 in one terminal
//   npm run example           in another; GRAVITY_URL names another endpoint than http://127.0.0.1:8000/graphql

import { randomUUID } from 'node:crypto'
import { createClient } from '@gravity/client/create-client'
import {
  CreateRoomDocument,
  LogoutDocument,
  MessageAddedDocument,
  type PersonFragment,
  RegisterDocument,
  RoomDocument,
  type RoomMessageFragment,
  SendMessageDocument,
  UpdateProfileDocument,
} from '@gravity/client/documents'
import type { GravityClient } from '@gravity/client/gravity-client'
import { takeSuccess } from '@gravity/client/problem'

const url = process.env['GRAVITY_URL'] ?? 'http://127.0.0.1:8000/graphql'

interface Participant {
  readonly client: GravityClient
  readonly person: PersonFragment
}

async function register(displayName: string, bio: string): Promise<Participant> {
  const client = createClient({ url })
  const email = `${displayName.toLowerCase()}-${randomUUID()}@example.org`
  const input = { email, displayName, password: randomUUID() }
  const { register: outcome } = await client.execute(RegisterDocument, { input })
  const session = takeSuccess(outcome, 'Session')
  await client.session.signIn(session)
  await client.execute(UpdateProfileDocument, { input: { bio } })
  tell(`${session.user.displayName} registers and is now known as @${session.user.username}.`)
  return { client, person: session.user }
}

async function openRoom(host: Participant, guest: Participant): Promise<string> {
  const input = { name: 'Tea at four', memberIds: [guest.person.id] }
  const { createRoom } = await host.client.execute(CreateRoomDocument, { input })
  const room = takeSuccess(createRoom, 'Room')
  const names = room.members.nodes.map((member) => member.displayName).join(' and ')
  tell(`${host.person.displayName} opens the room “${room.name}”; in it are ${names}.`)
  return room.id
}

/** Shows what arrives, as it arrives. Reading on from the sequence of the last message, nothing is lost on the way. */
async function follow(viewer: Participant, roomId: string, until: number): Promise<void> {
  const messages = viewer.client.subscribe(
    MessageAddedDocument,
    { roomId, afterSequence: 0 },
    {
      resume: (last, variables) => ({ ...variables, afterSequence: last.messageAdded.sequence }),
      onInterruption: (error) => tell(`(interrupted: ${error.message} Reconnecting …)`),
    },
  )
  for await (const { messageAdded } of messages) {
    tell(`  on ${viewer.person.displayName}'s screen  ${line(messageAdded)}`)
    if (messageAdded.sequence >= until) break
  }
}

async function send(author: Participant, roomId: string, body: string): Promise<void> {
  const input = { roomId, clientMessageId: randomUUID(), body }
  const { sendMessage } = await author.client.execute(SendMessageDocument, { input })
  takeSuccess(sendMessage, 'Message')
}

function line({ sequence, author, body, sentAt }: RoomMessageFragment): string {
  return `${sequence}  ${sentAt.slice(11, 19)}  ${author.displayName} (@${author.username}): ${body}`
}

function tell(text: string): void {
  console.log(text)
}

async function main(): Promise<void> {
  tell(`Playing the story of a first chat at ${url}\n`)
  const ada = await register('Ada', 'Numbers, engines, tea.')
  const grace = await register('Grace', 'Ships, compilers, tea.')
  const roomId = await openRoom(ada, grace)

  const lines = [
    'Hello Ada! Are you there?',
    'I have found a moth in the relay.',
    'Shall we have tea at four?',
  ]
  tell(`${ada.person.displayName} listens; ${grace.person.displayName} writes.\n`)
  const screen = follow(ada, roomId, lines.length)
  for (const body of lines) await send(grace, roomId, body)
  await screen

  const { room } = await ada.client.execute(RoomDocument, { id: roomId, last: 1 })
  const latest = room?.messages.nodes[0]
  if (latest)
    tell(`\nRead back from the room, the last of ${room.latestSequence} is “${latest.body}”`)
  for (const { client, person } of [ada, grace]) {
    await client.execute(LogoutDocument)
    await client.session.signOut()
    client.close()
    tell(`${person.displayName} logs out.`)
  }
}

await main().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error)
  console.error(`The story cannot be told: ${reason}`)
  console.error(`Is Gravity running at ${url}? Start it with \`npm start\`, or set GRAVITY_URL.`)
  process.exitCode = 1
})
