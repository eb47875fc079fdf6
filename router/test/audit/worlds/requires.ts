import { type Compute, row, type World } from '../world.ts'

/** What a subgraph computes from a representation, which has been found complete. */
function from<Given>(compute: (given: Given) => unknown): Compute {
  // Every suite knows the shape of what its own SDL requires.
  return (_args, { given }) => compute(given as Given)
}

function includeSkip(): World {
  const product = row('Product', { id: 'p1', price: 699.99 })
  const never: Compute = () => {
    throw new Error('This field is never called')
  }
  const passOn = from<{ isExpensive: boolean }>(({ isExpensive }) => isExpensive)
  return {
    rows: [product],
    answers: {
      a: { 'Query.product': product },
      b: { 'Product.isExpensive': from<{ price: number }>(({ price }) => price > 500) },
      c: {
        'Product.include': passOn,
        'Product.skip': passOn,
        'Product.neverCalledInclude': never,
        'Product.neverCalledSkip': never,
      },
    },
  }
}

function overrideWithRequires(): World {
  const users = [1, 2, 3].map((number) =>
    row('User', { id: `u${number}`, name: `u${number}-name` }),
  )
  const prefixed = (prefix: string) => from<{ name: string }>(({ name }) => `${prefix}__${name}`)
  return {
    rows: users,
    answers: {
      a: { 'Query.userInA': users[0], 'User.aName': prefixed('a') },
      b: { 'Query.userInB': users[1] },
      c: { 'Query.userInC': users[2], 'User.cName': prefixed('c') },
    },
  }
}

function requiresCircular(): World {
  const authors = [1, 20].map((yearsOfExperience, index) =>
    row('Author', { id: `a${index + 1}`, name: `Author ${index + 1}`, yearsOfExperience }),
  )
  const posts = authors.map((author, index) => row('Post', { id: `p${index + 1}`, author }))
  return {
    rows: [...posts, ...authors],
    answers: {
      a: {
        'Query.feed': posts,
        'Post.byExpert': from<{ byNovice: boolean }>(({ byNovice }) => !byNovice),
      },
      b: {
        'Post.byNovice': from<{ author: { yearsOfExperience: number } }>(
          ({ author }) => author.yearsOfExperience < 5,
        ),
      },
    },
  }
}

function requiresInterface(): World {
  const addresses = [
    row('HomeAddress', { id: 'a1', city: 'a1-city' }),
    row('WorkAddress', { id: 'a2', city: 'a2-city' }),
    row('SecondAddress', { id: 'a3', city: 'a3-city' }),
  ]
  const users = [1, 2].map((number) =>
    row('User', { id: `u${number}`, name: `User ${number}`, address: addresses[number - 1] }),
  )
  type Given = { address: { __typename: string; id?: string } | null }
  return {
    rows: [...users, ...addresses],
    answers: {
      a: {
        'Query.a': users[0],
        'User.city': from<Given>(({ address }) => address && `${address.id}-city`),
        'User.country': from<Given>(({ address }) =>
          address?.__typename === 'WorkAddress' ? `${address.id}-country` : null,
        ),
      },
      b: { 'Query.b': users[1] },
    },
  }
}

function requiresRequires(): World {
  const product = row('Product', { id: 'p1', price: 1000, hasDiscount: true })
  return {
    rows: [product],
    answers: {
      b: { 'Query.product': product },
      c: {
        'Product.isExpensive': from<{ price: number }>(({ price }) => price > 500),
        'Product.isExpensiveWithDiscount': from<{ hasDiscount: boolean }>(
          ({ hasDiscount }) => !hasDiscount,
        ),
      },
      d: {
        'Product.canAfford': from<{ isExpensive: boolean }>(({ isExpensive }) => !isExpensive),
        'Product.canAffordWithDiscount': from<{ isExpensiveWithDiscount: boolean }>(
          ({ isExpensiveWithDiscount }) => !isExpensiveWithDiscount,
        ),
      },
    },
  }
}

const inCurrency =
  (dollars: number): Compute =>
  ({ currency }) => {
    if (currency === 'USD') return dollars
    if (currency === 'EUR') return dollars * 2
    throw new Error(`No prices in ${currency}`)
  }

function pricedProducts() {
  return [1, 2].map((number) =>
    row('Product', {
      upc: `p${number}`,
      name: `p-name-${number}`,
      weight: number,
      price: inCurrency(number * 11),
      category: { averagePrice: inCurrency(number * 11) },
    }),
  )
}

const shippingEstimate = from<{ price: number; weight: number }>(
  ({ price, weight }) => price * weight * 10,
)

const isExpensiveCategory = from<{ category: { averagePrice: number } }>(
  ({ category }) => category.averagePrice > 11,
)

function requiresWithArgument(): World {
  const products = pricedProducts()
  const authors = ['a1', 'a2'].map((id) => ({ id, name: `Author ${id}` }))
  const aComment = (number: number, authorId: string) =>
    row('Comment', { id: `c${number}`, authorId, body: `Comment ${number}`, date: 'today' })
  const comments = ['a1', 'a1', 'a2', 'a2', 'a2', 'a1'].map((authorId, index) =>
    aComment(index + 1, authorId),
  )
  const posts = [0, 3].map((first, index) =>
    row('Post', {
      id: `p${index + 1}`,
      comments: ({ limit }: { limit: number }) => comments.slice(first, first + limit),
    }),
  )
  type Given = { comments: readonly { authorId: string }[] }
  return {
    rows: [...products, ...comments, ...posts],
    answers: {
      a: {
        'Product.shippingEstimate': shippingEstimate,
        'Product.isExpensiveCategory': isExpensiveCategory,
      },
      b: { 'Query.products': products },
      c: { 'Query.feed': posts },
      d: {
        'Post.author': from<Given>(({ comments: given }) => {
          if (given.length !== 3) throw new Error('Three comments are required')
          return authors.find(({ id }) => id === given[2]?.authorId)
        }),
      },
    },
  }
}

function requiresWithArgumentConflict(): World {
  const products = pricedProducts()
  return {
    rows: products,
    answers: {
      a: {
        'Product.shippingEstimate': shippingEstimate,
        'Product.shippingEstimateEUR': shippingEstimate,
        'Product.isExpensiveCategory': isExpensiveCategory,
      },
      b: { 'Query.products': products },
    },
  }
}

function requiresWithFragments(): World {
  const one = row('Entity', {
    id: 'e1',
    data: row('Baz', { foo: 'b1-foo', bar: 'b1-bar', baz: 'b1-baz' }),
  })
  const two = row('Entity', {
    id: 'e2',
    data: row('Qux', { foo: 'q1-foo', bar: 'q1-bar', qux: 'q1-qux' }),
  })
  type Given = { data: { foo: string } }
  return {
    rows: [one, two],
    answers: {
      a: { 'Query.a': two },
      b: {
        'Query.b': one,
        'Query.bb': two,
        'Entity.requirer': from<Given>(({ data }) => `${data.foo}_requirer`),
        'Entity.requirer2': from<Given>(({ data }) => `${data.foo}_requirer2`),
      },
    },
  }
}

function simpleRequiresProvides(): World {
  const user = row('User', {
    id: 'u1',
    name: 'u-name-1',
    username: 'u-username-1',
    reviews: () => reviews,
  })
  const products = [1, 2].map((number) =>
    row('Product', {
      upc: `p${number}`,
      name: `p-name-${number}`,
      price: number * 11,
      weight: number,
      inStock: number === 1,
      reviews: () => reviews.slice(number - 1, number),
    }),
  )
  const reviews = products.map((product, index) =>
    row('Review', { id: `r${index + 1}`, body: `Review ${index + 1}`, author: user, product }),
  )
  type Given = { upc: string; price: number; weight: number }
  return {
    rows: [user, ...products, ...reviews],
    answers: {
      accounts: { 'Query.me': user },
      inventory: {
        'Product.shippingEstimate': shippingEstimate,
        'Product.shippingEstimateTag': from<Given>(
          ({ upc, price, weight }) => `#${upc}#${price * weight * 10}#`,
        ),
      },
      products: { 'Query.products': products },
    },
  }
}

/** Suites about fields that are computed from what other subgraphs know. */
export const requirementWorlds = {
  'include-skip': includeSkip,
  'override-with-requires': overrideWithRequires,
  'requires-circular': requiresCircular,
  'requires-interface': requiresInterface,
  'requires-requires': requiresRequires,
  'requires-with-argument': requiresWithArgument,
  'requires-with-argument-conflict': requiresWithArgumentConflict,
  'requires-with-fragments': requiresWithFragments,
  'simple-requires-provides': simpleRequiresProvides,
}
