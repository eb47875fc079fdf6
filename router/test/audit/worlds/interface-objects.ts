import { row, type World } from '../world.ts'

function indirectExtension(): World {
  const media = row('Video', {
    id: '1',
    title: 'title for 1',
    duration: 100,
    authorName: 'John Doe',
  })
  const author = row('Author', { id: '1', name: 'name for 1' })
  const playlist = row('Playlist', { id: '1', name: 'name for 1', media })
  return {
    rows: [media, author, playlist],
    answers: {
      a: { 'Query.media': media },
      b: { 'Query.author': author },
      c: { 'Query.playlist': playlist },
    },
  }
}

function namedUsers() {
  return [1, 2].map((number) =>
    row('User', {
      id: `u${number}`,
      name: `u${number}-name`,
      username: `u${number}-username`,
      age: number * 11,
    }),
  )
}

function withRequires(): World {
  const users = namedUsers()
  return {
    rows: users,
    answers: {
      a: { 'Query.users': users },
      b: {
        'Query.anotherUsers': users,
        'NodeWithName.username': (_args: object, { given }: { given: { name: string } }) =>
          given.name.replace('-name', '-username'),
      },
    },
  }
}

function nonResolvable(): World {
  const node = row('Node', { id: 'n1', field: 'foo' })
  const product = row('Bread', { id: 'p1', name: 'Bread 1' })
  return {
    rows: [node, product],
    // No object that the first subgraph knows is a Node there.
    answers: { a: { 'Query.a': node, 'Query.product': product }, b: { 'Query.b': node } },
  }
}

function simple(): World {
  const users = namedUsers()
  const anAccount = (type: string, number: number, fields: object) =>
    row(type, { id: `u${number}`, isMain: false, ...fields })
  const accounts = [
    anAccount('Admin', 1, { name: 'Alice' }),
    anAccount('Admin', 2, { name: 'Bob' }),
    anAccount('Regular', 3, { name: 'Charlie' }),
  ]
  return {
    rows: [...users, ...accounts],
    answers: {
      // Two subgraphs disagree, so that the answer tells which one was asked.
      a: { 'Query.users': users, 'Admin.isActive': true },
      b: { 'Query.anotherUsers': users, 'Query.accounts': accounts },
      c: { 'Account.isActive': false },
    },
  }
}

function typename(): World {
  const admins = [1, 2].map((number) =>
    row('Admin', { id: `u${number}`, name: `Admin ${number}`, isMain: true }),
  )
  return {
    rows: admins,
    answers: {
      a: {
        'Query.union': row('Oven', { id: '1' }),
        'Query.interface': row('Toaster', { id: '2' }),
      },
      b: { 'Query.users': admins },
    },
  }
}

/** Suites about subgraphs that know an interface only as an object type. */
export const interfaceObjectWorlds = {
  'interface-object-indirect-extension': indirectExtension,
  'interface-object-with-requires': withRequires,
  'non-resolvable-interface-object': nonResolvable,
  'simple-interface-object': simple,
  typename,
}
