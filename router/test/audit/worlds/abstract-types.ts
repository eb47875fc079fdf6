import { byId, type Compute, type Row, row, type World } from '../world.ts'

function abstractTypes(): World {
  const users = [1, 2].map((number) =>
    row('User', { email: `u${number}@example.com`, name: `u${number}`, totalProductsCreated: 2 }),
  )
  const agency = row('Agency', {
    id: 'a1',
    companyName: 'Agency 1',
    email: { address: 'a1@example.com' },
  })
  const group = row('Group', { id: 'g1', name: 'Group 1', email: 'g1@example.com' })
  const self = row('Self', { email: 'u1@example.com' })
  const aProduct = (type: string, number: number, fields: object) =>
    row(type, {
      id: `p${number}`,
      sku: `sku-${number}`,
      title: `${type} ${Math.ceil(number / 2)}`,
      hidden: false,
      reviewsScore: 4.5,
      reviewsCount: () => reviewsOf(number).length,
      reviews: () => reviewsOf(number),
      similar: () => products.filter((product) => product['id'] === `p${number + 2}`),
      ...fields,
    })
  const small = (weight: number) => ({ size: 'small', weight })
  const books = [
    aProduct('Book', 1, { dimensions: small(0.5), createdBy: users[0], publisherType: self }),
    aProduct('Book', 3, { dimensions: small(0.6), createdBy: users[1], publisherType: self }),
  ]
  const magazines = [
    aProduct('Magazine', 2, { dimensions: small(0.2), createdBy: users[0], publisherType: agency }),
    aProduct('Magazine', 4, { dimensions: small(0.3), createdBy: users[1], publisherType: agency }),
  ]
  const products: readonly Row[] = [...books, ...magazines]
  const reviews = [1, 1, 2].map((number, index) =>
    row('Review', {
      id: index + 1,
      body: `Review ${index + 1}`,
      product: () => products.find((product) => product['id'] === `p${number}`),
      of: number,
    }),
  )
  const reviewsOf = (number: number) => reviews.filter((review) => review['of'] === number)
  const delivery: Compute = ({ zip }, { given }) => {
    const { size, weight } = given['dimensions'] as { size: string; weight: number }
    const fast = zip === '1234' && size === 'small' && weight < 1
    return {
      fastestDelivery: fast ? 'same day' : '2 days',
      estimatedDelivery: fast ? '1 day' : '5 days',
    }
  }
  const reviewsOfSimilar: Compute = (_args, { given }) =>
    (given['similar'] as { id: string }[]).flatMap(({ id }) => reviewsOf(Number(id.slice(1))))
  return {
    rows: [...users, agency, group, ...products],
    answers: {
      inventory: { 'Book.delivery': delivery, 'Magazine.delivery': delivery },
      books: { 'Query.books': books },
      magazines: { 'Query.magazines': magazines },
      products: {
        'Query.products': products,
        'Query.similar': ({ id }: { id: string }) =>
          products.filter((product) => product['id'] === `p${Number(id.slice(1)) + 2}`),
      },
      reviews: {
        'Query.review': byId(reviews),
        'Book.reviewsOfSimilar': reviewsOfSimilar,
        'Magazine.reviewsOfSimilar': reviewsOfSimilar,
      },
    },
  }
}

function childTypeMismatch(): World {
  const anAccount = (type: string, id: string) =>
    row(type, { id, name: `${id}-name`, similarAccounts: () => accounts })
  const user = anAccount('User', 'u1')
  const admin = anAccount('Admin', 'a1')
  const accounts = [user, admin]
  return {
    rows: [user],
    answers: { a: { 'Query.users': [user] }, b: { 'Query.accounts': accounts } },
  }
}

function corruptedSupergraphNodeId(): World {
  const account = row('Account', { id: 'a1', username: 'a1-username', chats: () => [chat] })
  const chat = row('Chat', { id: 'c1', text: 'c1-text', account })
  const rows = [account, chat]
  return {
    rows,
    answers: {
      a: { 'Query.node': byId(rows), 'Query.account': byId([account]) },
      b: { 'Query.node': byId(rows), 'Query.chat': byId([chat]) },
    },
  }
}

function overrideTypeInterface(): World {
  const aPost = (type: string, id: string) =>
    row(type, { id, createdAt: `${id}-createdAt`, body: `${id}-body` })
  const images = [aPost('ImagePost', 'i1'), aPost('ImagePost', 'i2')]
  return {
    rows: [...images, aPost('TextPost', 't1')],
    answers: { a: { 'Query.feed': images }, b: { 'Query.anotherFeed': images } },
  }
}

function partialUnion(): World {
  const actions = [
    row('Alpha', { id: 'alpha-1', value: 'alpha value' }),
    row('Beta', { id: 'beta-1', name: 'beta name', details: 'beta details' }),
    row('Gamma', { id: 'gamma-1', label: 'gamma label' }),
  ]
  return {
    rows: [],
    answers: {
      a: { 'Query.getResponse': { actions, message: 'Hello, Federation!' } },
      b: { 'Response.actions': actions.slice(0, 1) },
    },
  }
}

function partialUnionComplex(): World {
  const common = row('Common', { label: 'common label' })
  // Only `Common` can be in the shared field for both subgraphs, so nobody asks what is in the others.
  const onlyA = row('OnlyA', { a: 'only a' })
  const onlyB = row('OnlyB', { b: 'only b' })
  const a = row('Container', { id: 'a', wrapper: { actions: [common, onlyA] } })
  const b = row('Container', { id: 'b', wrapper: { actions: [common, onlyB] } })
  const shared = row('Container', { id: 'shared', wrapper: { actions: [common] } })
  const bWrapper = { actions: [common, row('OnlyB', { b: 'only b' })] }
  return {
    rows: [a, b, shared],
    answers: {
      a: { 'Query.rootA': a, 'Query.shared': shared },
      b: { 'Query.rootB': b, 'Query.shared': shared, 'Container.bWrapper': bWrapper },
    },
  }
}

function unionInterfaceDistributed(): World {
  const anAppliance = (type: string, number: number, warranty: number) =>
    row(type, { id: `${type.toLowerCase()}${number}`, warranty })
  const ovens = [anAppliance('Oven', 1, 1), anAppliance('Oven', 2, 2)]
  const toasters = [anAppliance('Toaster', 1, 3), anAppliance('Toaster', 2, 4)]
  const products = [...ovens, ...toasters]
  return {
    rows: products,
    answers: {
      a: {
        'Query.products': products,
        'Query.node': byId(products),
        'Query.nodes': toasters,
        'Query.toasters': toasters,
      },
    },
  }
}

function unionIntersection(): World {
  const aMedium = (type: string, id: string, title: string) =>
    row(type, { id, title, aTitle: `A: ${title}`, bTitle: `B: ${title}` })
  const book = aMedium('Book', 'm1', 'The Lord of the Rings')
  const song = aMedium('Song', 'm2', 'Song Title')
  const movie = { ...aMedium('Movie', 'm3', 'A Movie Title'), bTitle: 'B Movie Title' }
  const viewer = { media: book, aMedia: book, bMedia: movie, book, song }
  const shared = { 'Query.media': book, 'Query.book': book, 'Query.viewer': viewer }
  return {
    rows: [book, song, movie],
    answers: {
      a: { ...shared, 'Query.aMedia': book, 'Query.song': song },
      b: { ...shared, 'Query.bMedia': movie },
    },
  }
}

/** Suites about interfaces and unions that subgraphs know in part. */
export const abstractTypeWorlds = {
  'abstract-types': abstractTypes,
  'child-type-mismatch': childTypeMismatch,
  'corrupted-supergraph-node-id': corruptedSupergraphNodeId,
  'override-type-interface': overrideTypeInterface,
  'partial-union': partialUnion,
  'partial-union-complex': partialUnionComplex,
  'union-interface-distributed': unionInterfaceDistributed,
  'union-intersection': unionIntersection,
}
