import { aViewer } from '@gravity/shared/testing/a-viewer'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { aRegistration, arrive } from './fixtures.ts'

/** Somebody with a profile, who asks the subgraph. */
export interface TestPerson {
  readonly id: string
  readonly displayName: string
  readonly viewer: Viewer
  /** What must succeed. The caller names the shape of the data. */
  answer<Data>(document: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>
  /** Runs a mutation that has no other input than whom it is about; resolves to its result. */
  act(mutation: string, other: { readonly id: string }): Promise<RelationResult>
}

export interface RelationResult {
  readonly __typename: string
  readonly [field: string]: unknown
}

export const relationFields = `isFollowedByViewer followsViewer isRequestedByViewer hasRequestedViewer
  isMutedByViewer mutedByViewerUntil`

/** Nothing is between two people. */
export const nothing = {
  isFollowedByViewer: false,
  followsViewer: false,
  isRequestedByViewer: false,
  hasRequestedViewer: false,
  isMutedByViewer: false,
  mutedByViewerUntil: null,
}

export async function aPerson(users: TestSubgraph, displayName = 'Somebody'): Promise<TestPerson> {
  const registration = aRegistration(users.platform, { displayName })
  await arrive(users, registration)
  const viewer = aViewer({ userId: registration.userId })
  const answer = <Data>(document: string, variables: Readonly<Record<string, unknown>> = {}) =>
    users.answer<Data>(document, { viewer, variables })
  return {
    id: registration.userId,
    displayName,
    viewer,
    answer,
    async act(mutation, { id }) {
      const input = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
      const success = /block/i.test(mutation)
        ? ''
        : `... on User { id viewerRelation { ${relationFields} } }`
      const data = await answer<{ result: RelationResult }>(
        `mutation ($input: ${input}) {
          result: ${mutation}(input: $input) { __typename ${success} ... on Problem { code } }
        }`,
        { input: { userId: id } },
      )
      return data.result
    },
  }
}

/** People by their names, at once. */
export async function somePeople<Name extends string>(
  users: TestSubgraph,
  ...names: readonly Name[]
): Promise<Record<Name, TestPerson>> {
  const people: [Name, TestPerson][] = []
  for (const name of names) people.push([name, await aPerson(users, name)])
  // The names are the keys.
  return Object.fromEntries(people) as Record<Name, TestPerson>
}

/** What one person sees of another by id; null when that is nothing. */
export async function sees<Data>(
  viewer: TestPerson,
  other: { readonly id: string },
  fields: string,
): Promise<Data | null> {
  const { user } = await viewer.answer<{ user: Data | null }>(
    `query ($id: ID!) { user(id: $id) { ${fields} } }`,
    { id: other.id },
  )
  return user
}

/** The names in a list of a person, as somebody sees it. */
export async function namesIn(
  viewer: TestPerson,
  list: 'followers' | 'following',
  of: { readonly id: string },
): Promise<string[] | null> {
  const user = await sees<{ list: { nodes: { displayName: string }[] } | null }>(
    viewer,
    of,
    `list: ${list}(first: 50) { nodes { displayName } }`,
  )
  return user?.list?.nodes.map(({ displayName }) => displayName) ?? null
}
