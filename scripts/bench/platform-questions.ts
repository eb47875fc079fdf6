import { answerFetches, type GraphqlAnswer } from './answers.ts'
import { graphqlTarget, type LoadTarget } from './load.ts'
import { ask, askUntilDone, type BenchPerson, registerPeople } from './people.ts'
import { progress } from './report.ts'

/** What the platform is asked, and what it answers. */
export interface Question {
  readonly name: string
  readonly target: (url: string) => LoadTarget
  readonly answer: GraphqlAnswer
}

export interface Questions {
  readonly me: Question
  /** The latest 50 messages of a room with their authors: two subgraphs, two databases. */
  readonly roomPage: Question
  /** Twenty people whose names match. */
  readonly search: Question
  /** Somebody's profile, asked for by nobody in particular: everybody may see it, so it may be cached. */
  readonly profile: Question
}

const meQuery = '{ me { id username displayName } }'
const roomQuery = `query RoomPage($id: ID!) {
  room(id: $id) {
    id
    name
    messages(last: 50) {
      nodes { id sequence body sentAt author { id username displayName avatarUrl } }
      pageInfo { hasPreviousPage startCursor }
    }
  }
}`
const searchQuery = `query Search($search: String!) {
  users(search: $search, first: 20) { nodes { id username displayName avatarUrl } }
}`
const profileQuery = `query Profile($id: ID!) {
  user(id: $id) { id username displayName bio avatarUrl joinedAt }
}`

const peopleCount = 30
const speakers = 10
const messages = 60

/** Registers people and lets ten of them fill a room, then asks everything once. */
export async function askQuestions(url: string): Promise<Questions> {
  const people = await registerPeople(url, peopleCount)
  const [owner, ...others] = people
  if (!owner) throw new Error('Nobody was registered.')
  const members = others.slice(0, speakers - 1)
  const roomId = await fillRoom(url, owner, members)
  const token = owner.accessToken
  const question = async (
    name: string,
    request: { readonly query: string; readonly variables?: object; readonly token?: string },
  ): Promise<Question> => {
    const target = (server: string): LoadTarget => graphqlTarget(`${server}/graphql`, request)
    const answer = await answerFetches(target(url))
    if (answer.errors) throw new Error(`${name}: ${JSON.stringify(answer.errors)}`)
    return { name, target, answer }
  }
  return {
    me: await question('me', { query: meQuery, token }),
    roomPage: await question('room page', {
      query: roomQuery,
      variables: { id: roomId },
      token,
    }),
    search: await question('people search', {
      query: searchQuery,
      variables: { search: 'bench' },
      token,
    }),
    profile: await question('public profile', {
      query: profileQuery,
      variables: { id: owner.id },
    }),
  }
}

async function fillRoom(
  url: string,
  owner: BenchPerson,
  members: readonly BenchPerson[],
): Promise<string> {
  const roomId = await askUntilDone(url, {
    query: `mutation ($ids: [ID!]!) {
      createRoom(input: { name: "Hall", memberIds: $ids }) {
        ... on Room { id }
        ... on Problem { code message }
      }
    }`,
    variables: { ids: members.map(({ id }) => id) },
    token: owner.accessToken,
  })
  const everybody = [owner, ...members]
  for (let index = 0; index < messages; index += 1) {
    const speaker = everybody[index % everybody.length] ?? owner
    await ask(url, {
      query: `mutation ($input: SendMessageInput!) {
        sendMessage(input: $input) { ... on Message { id } }
      }`,
      variables: {
        input: {
          roomId,
          clientMessageId: `message-${index}`,
          body: `Message ${index}: as long as what people write to each other on a normal day.`,
        },
      },
      token: speaker.accessToken,
    })
  }
  progress(`A room with ${messages} messages of ${everybody.length} people.`)
  return roomId
}
