import { type Compute, row, type World } from '../world.ts'

function circularReferenceInterface(): World {
  const one = row('Book', { id: '1', price: 10.99, samePriceProduct: () => three })
  const three = row('Book', { id: '3', price: 10.99, samePriceProduct: () => one })
  return { rows: [one, three], answers: { a: { 'Query.product': one } } }
}

function enumIntersection(): World {
  const users = [
    row('User', { id: 'u1', type: 'REGULAR' }),
    row('User', { id: 'u2', type: 'ANONYMOUS' }),
  ]
  return {
    rows: users,
    answers: {
      a: { 'Query.users': users },
      b: {
        'Query.usersB': users,
        'Query.usersByType': ({ type }: { type: string }) =>
          users.filter((user) => user['type'] === type),
      },
    },
  }
}

function inputObjectIntersection(): World {
  const users = ['u1', 'u2'].map((id) => row('User', { id, name: `${id}-name` }))
  const filtered = ({ filter }: { filter: { first: number } }) => {
    if (filter.first !== 1) throw new Error('The suite asks for nothing else')
    return users
  }
  return {
    rows: users,
    answers: { a: { 'Query.usersInA': filtered }, b: { 'Query.usersInB': filtered } },
  }
}

function mutations(): World {
  const rows = [row('Product', { id: 'p1', name: 'p1-name', price: 9.99, isAvailable: true })]
  const numbers = new Map<unknown, number>()
  const change =
    (compute: (number: number, args: { num?: number; by?: number }) => number) =>
    (args: { requestId: string; num?: number; by?: number }): number => {
      const number = compute(numbers.get(args.requestId) ?? 0, args)
      numbers.set(args.requestId, number)
      return number
    }
  const add = (fields: { id: string }, type: string) => {
    if (rows.some(({ id }) => id === fields.id)) throw new Error(`${fields.id} was added before`)
    const added = row(type, fields)
    rows.push(added)
    return added
  }
  const addCategory = ({ name, requestId }: { name: string; requestId: string }) =>
    add({ id: `c-added-${requestId}`, ...{ name } }, 'Category')
  const isExpensive: Compute = (_args, { given }) => Number(given['price']) > 500
  return {
    rows,
    answers: {
      a: {
        'Mutation.addProduct': ({ input }: { input: object }) =>
          add({ id: `p-added-${rows.length}`, ...{ isAvailable: true }, ...input }, 'Product'),
        'Mutation.addCategory': addCategory,
        'Mutation.multiply': change((number, { by = 1 }) => number * by),
        'Query.product': ({ id }: { id: string }) => rows.find((found) => found['id'] === id),
        'Query.products': () => rows.filter(({ __typename }) => __typename === 'Product'),
      },
      b: {
        'Product.isExpensive': isExpensive,
        'Mutation.addCategory': addCategory,
        'Mutation.delete': (args: { requestId: string }) => {
          const number = numbers.get(args.requestId)
          numbers.delete(args.requestId)
          return number
        },
      },
      c: { 'Mutation.add': change((number, { num = 0 }) => number + num) },
    },
  }
}

function nestedProvides(): World {
  const categories = [1, 2, 3].map((number) =>
    row('Category', {
      id: `c${number}`,
      name: `Category ${number}`,
      subCategories: () => [categories[number % 3]],
    }),
  )
  const [one, two, three] = categories
  const products = [
    row('Product', { id: 'p1', categories: [one, two] }),
    row('Product', { id: 'p2', categories: [three, two] }),
  ]
  return {
    rows: [...products, ...categories],
    answers: { category: { 'Query.products': products } },
    withheld: { category: ['Category.name'] },
  }
}

function providesOnInterface(): World {
  const dog = row('Dog', { id: 'a1', name: 'Fido', age: 8 })
  const cat = row('Cat', { id: 'a2', name: 'Whiskers', age: 6 })
  const book = row('Book', { id: 'm1', animals: [dog, cat] })
  return {
    rows: [book, dog, cat],
    answers: { a: { 'Query.media': book, 'Query.book': book }, b: { 'Query.media': book } },
  }
}

function providesOnUnion(): World {
  const media = [
    row('Book', { id: 'm1', title: 'Book 1' }),
    row('Movie', { id: 'm2', title: 'Movie 1' }),
  ]
  return { rows: media, answers: { a: { 'Query.media': media }, b: { 'Query.media': media } } }
}

function sharedRoot(): World {
  const product = {
    id: '1',
    name: { id: '1', brand: 'Brand 1', model: 'Model 1' },
    price: { id: '1', amount: 1000, currency: 'USD' },
    category: { id: '1', name: 'Category 1' },
  }
  const roots = { 'Query.product': product, 'Query.products': [product] }
  return { rows: [], answers: { name: roots, price: roots, category: roots } }
}

function simpleInaccessible(): World {
  const family: Compute = ({ type }, { row: { id } }) => {
    if (type !== 'FAMILY') throw new Error(`Nobody may ask for ${type}`)
    return users.filter((user) => user['id'] !== id)
  }
  const users = ['u1', 'u2'].map((id) => row('User', { id, age: 30, type: 'FAMILY' }))
  return {
    rows: users,
    answers: {
      friends: { 'Query.usersInFriends': users, 'User.friends': family },
      age: { 'Query.usersInAge': users },
    },
  }
}

function twoFeeds(): World {
  const posts = ['p1', 'p2'].map((id) => row('Post', { id, createdAt: `${id}-createdAt` }))
  const [one, two] = posts
  return {
    rows: posts,
    answers: {
      a: { 'Query.feed': posts, 'Query.aFeed': [two] },
      b: { 'Query.feed': posts, 'Query.bFeed': [one] },
    },
  }
}

/** Suites about fields that more than one subgraph can answer, and about values that only some of them know. */
export const sharedFieldWorlds = {
  'circular-reference-interface': circularReferenceInterface,
  'enum-intersection': enumIntersection,
  'input-object-intersection': inputObjectIntersection,
  mutations,
  'nested-provides': nestedProvides,
  'provides-on-interface': providesOnInterface,
  'provides-on-union': providesOnUnion,
  'shared-root': sharedRoot,
  'simple-inaccessible': simpleInaccessible,
  'simple-override': twoFeeds,
  'unavailable-override': twoFeeds,
}
