import { byId, row, type World } from '../world.ts'

function complexEntityCall(): World {
  const aProduct = (number: number) => {
    const product = row('Product', {
      id: `${number}`,
      pid: `p${number}`,
      price: { price: number * 100 },
      category: () => category,
    })
    const category = row('Category', {
      id: `c${number}`,
      tag: `t${number}`,
      mainProduct: product,
    })
    return { product, category }
  }
  const [one, two] = [aProduct(1), aProduct(2)]
  const list = row('ProductList', {
    products: [one.product, two.product],
    first: one.product,
    selected: two.product,
  })
  return {
    rows: [list, one.product, two.product, one.category, two.category],
    answers: { products: { 'Query.topProducts': list } },
  }
}

/** The same for the four suites that write `User` of the first subgraph in different ways. */
function externalExtension(): World {
  const [one, two] = ['u1', 'u2'].map((id) =>
    row('User', { id, name: `${id}-name`, nickname: `${id}-nickname`, rid: `${id}-rid` }),
  )
  const rows = [one, two].filter((user) => user !== undefined)
  return {
    rows,
    answers: {
      a: { 'Query.randomUser': one, 'Query.providedRandomUser': one },
      b: { 'Query.userById': byId(rows) },
    },
  }
}

function externalExtendsResolvable(): World {
  const product = row('Product', {
    id: 'p1',
    name: 'p1-name',
    pid: 'p1-pid',
    upc: 'upc1',
    price: 12.3,
  })
  return {
    rows: [product],
    answers: { a: { 'Query.productInA': product }, b: { 'Query.productInB': product } },
  }
}

function keysMashup(): World {
  const a = row('A', {
    id: '1',
    pId: 'p1',
    compositeId: { one: '1', two: '2', three: '3' },
    name: 'a.1',
  })
  const b = row('B', { id: '100', a: [a] })
  return {
    rows: [a, b],
    answers: {
      b: {
        'Query.b': b,
        'A.nameInB': (_args: object, { given }: { given: { name: string } }) =>
          `b.a.nameInB ${given.name}`,
      },
    },
  }
}

function mysteriousExternal(): World {
  const products = [1, 2].map((number) =>
    row('Product', { id: `${number}`, name: `name-${number}`, price: number * 100 }),
  )
  return {
    rows: products,
    answers: {
      price: { 'Query.cheapestProduct': products[0] },
      product: { 'Query.products': products },
    },
  }
}

function node(): World {
  const product = row('Product', { id: 'p-1', name: 'Product 1', price: 10 })
  const category = row('Category', { id: 'pc-1', name: 'Category 1' })
  return {
    rows: [product, category],
    answers: { node: { 'Query.productNode': product, 'Query.categoryNode': category } },
  }
}

function nullKeys(): World {
  const aBook = (number: number, name: string) =>
    row('Book', { id: `${number}`, upc: `b${number}`, author: { id: `a${number}`, name } })
  const unknown = aBook(3, 'Nobody')
  const books = [aBook(1, 'Alice'), aBook(2, 'Bob'), unknown]
  return {
    rows: books,
    answers: { a: { 'Query.bookContainers': books.map((book) => ({ book })) } },
    absent: { b: [unknown] },
  }
}

function parentEntityCall(): World {
  const aCategory = (number: number, products: number) =>
    row('Category', { id: `c${number}`, name: `Category ${number}`, details: { products } })
  const [one, two] = [aCategory(1, 2), aCategory(2, 1)]
  const products = [one, two, one].map((category, index) =>
    row('Product', { id: `p${index + 1}`, pid: `p${index + 1}-pid`, category }),
  )
  return { rows: [...products, one, two], answers: { a: { 'Query.products': products } } }
}

function parentEntityCallComplex(): World {
  const category = row('Category', {
    id: '3',
    name: 'Category#3',
    details: 'Details for Product#1',
  })
  const product = row('Product', { id: '1', name: 'Product#1', category })
  return {
    rows: [product, category],
    answers: { d: { 'Query.productFromD': byId([product]) } },
  }
}

function simpleEntityCall(): World {
  const user = row('User', { id: '1', email: 'user1@example.com', nickname: 'user1' })
  return { rows: [user], answers: { email: { 'Query.user': user } } }
}

/** Suites about finding an entity in another subgraph. */
export const keyWorlds = {
  'complex-entity-call': complexEntityCall,
  'fed1-external-extends': externalExtension,
  'fed1-external-extends-resolvable': externalExtendsResolvable,
  'fed1-external-extension': externalExtension,
  'fed2-external-extends': externalExtension,
  'fed2-external-extension': externalExtension,
  'keys-mashup': keysMashup,
  'mysterious-external': mysteriousExternal,
  node,
  'null-keys': nullKeys,
  'parent-entity-call': parentEntityCall,
  'parent-entity-call-complex': parentEntityCallComplex,
  'simple-entity-call': simpleEntityCall,
}
