import { type Client, createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { ask, askUntilDone, type BenchPerson } from './people.ts'

const membersAtOnce = 100

/** Opens a room of the owner's with these people in it, who may have registered only just now. */
export async function openRoom(
  url: string,
  owner: BenchPerson,
  people: readonly BenchPerson[],
): Promise<string> {
  const ids = people.map((person) => person.id)
  const roomId = await askUntilDone(url, {
    query: `mutation ($ids: [ID!]!) {
      createRoom(input: { name: "Hall", memberIds: $ids }) {
        ... on Room { id }
        ... on Problem { code message }
      }
    }`,
    variables: { ids: ids.slice(0, membersAtOnce) },
    token: owner.accessToken,
  })
  for (let first = membersAtOnce; first < ids.length; first += membersAtOnce) {
    await addMembers(url, owner, { roomId, ids: ids.slice(first, first + membersAtOnce) })
  }
  return roomId
}

/** Brings people in, and tries again until it has succeeded. */
export async function addMembers(
  url: string,
  owner: BenchPerson,
  variables: { readonly roomId: string; readonly ids: readonly string[] },
): Promise<void> {
  await askUntilDone(url, {
    query: `mutation ($roomId: ID!, $ids: [ID!]!) {
      addRoomMembers(input: { roomId: $roomId, memberIds: $ids }) {
        ... on Room { id }
        ... on Problem { code message }
      }
    }`,
    variables,
    token: owner.accessToken,
  })
}

/** A socket that does not come back by itself. */
export function socketOf(url: string, person: BenchPerson): Client {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${person.accessToken}` },
    retryAttempts: 0,
  })
}

export interface Speech {
  readonly roomId: string
  readonly clientMessageId: string
  readonly body: string
}

/** Sends a message once; resolves to its place in the room. */
export async function speak(url: string, speaker: BenchPerson, input: Speech): Promise<number> {
  const { sequence } = await ask<{ readonly sequence: number }>(url, {
    query: `mutation ($input: SendMessageInput!) {
      sendMessage(input: $input) { ... on Message { sequence } ... on Problem { code message } }
    }`,
    variables: { input },
    token: speaker.accessToken,
  })
  return sequence
}
