import { answerFetches, type GraphqlAnswer } from './answers.ts'
import { type GraphqlRequest, graphqlTarget, type LoadTarget } from './load.ts'
import { ask, askUntilDone, type BenchPerson, registerPeople } from './people.ts'
import { progress } from './report.ts'

/** What the platform is asked, and what it answers. */
export interface Question {
  readonly name: string
  /** Asked by different people, or for different things, in turn; the first one alone has the answer below. */
  readonly target: (url: string) => LoadTarget
  readonly answer: GraphqlAnswer
}

export interface Questions {
  readonly me: Question
  /** The latest 50 messages of a room with their authors: two subgraphs, two databases. Eight rooms, each of ten people. */
  readonly roomPage: Question
  /** The same room asked for by the same person again and again. */
  readonly sameRoomPage: Question
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
const roomCount = 8
const speakers = 10
const messages = 60

/** Registers people and lets ten of them fill rooms, then asks everything once. */
export async function askQuestions(url: string): Promise<Questions> {
  const people = await registerPeople(url, peopleCount)
  const [owner, ...others] = people
  if (!owner) throw new Error('Nobody was registered.')
  const members = others.slice(0, speakers - 1)
  const roomIds: string[] = []
  while (roomIds.length < roomCount) roomIds.push(await fillRoom(url, owner, members))
  const roomPages = [owner, ...members].flatMap((person, index) =>
    // Neighbours in turn ask for different rooms.
    roomIds.map((_, place) => ({
      query: roomQuery,
      variables: { id: roomIds[(place + index) % roomIds.length] },
      token: person.accessToken,
    })),
  )
  const searching = { query: searchQuery, variables: { search: 'bench' } }
  const question = (name: string, requests: readonly GraphqlRequest[]) =>
    askQuestion(url, { name, requests })
  return {
    me: await question(
      'me',
      people.map(({ accessToken: token }) => ({ query: meQuery, token })),
    ),
    roomPage: await question('room page', roomPages),
    sameRoomPage: await question('the same room page', roomPages.slice(0, 1)),
    search: await question('people search', [{ ...searching, token: owner.accessToken }]),
    profile: await question(
      'public profile',
      people.map(({ id }) => ({ query: profileQuery, variables: { id } })),
    ),
  }
}

async function askQuestion(
  url: string,
  { name, requests }: { readonly name: string; readonly requests: readonly GraphqlRequest[] },
): Promise<Question> {
  const target = (server: string): LoadTarget => {
    const targets = requests.map((request) => graphqlTarget(`${server}/graphql`, request))
    const [first, ...others] = targets
    if (!first) throw new Error(`Nothing is asked for ${name}.`)
    return others.length > 0 ? { ...first, others } : first
  }
  const answer = await answerFetches(target(url))
  if (answer.errors) throw new Error(`${name}: ${JSON.stringify(answer.errors)}`)
  return { name, target, answer }
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
