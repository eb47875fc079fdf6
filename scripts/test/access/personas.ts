import { demoPassword } from '@gravity/shared/demo/demo-people'
import { decodeJwt } from 'jose'
import { post } from '../person.ts'

/** Somebody of a persona, with a token that the platform itself has issued; without one when nobody is signed in. */
export interface Somebody {
  readonly persona: string
  readonly id: string
  readonly accessToken: string | undefined
}

const password = 'correct horse battery'
const session = '... on Session { accessToken user { id } } ... on Problem { code message }'
let people = 0

interface Opened {
  readonly accessToken?: string
  readonly user?: { readonly id: string }
  readonly message?: string
}

/** Signs people in at a platform with the demo data, and gives them roles as its administrator. */
export class Personas {
  readonly #url: string
  /** How many questions were asked. */
  asked = 0

  constructor(url: string) {
    this.#url = url
  }

  /** A new person, or for `admin` the administrator of the demo data, or for `anonymous` nobody. */
  async arrive(persona: string): Promise<Somebody> {
    if (persona === 'anonymous') return { persona, id: '', accessToken: undefined }
    if (persona === 'admin') return this.#signIn(persona, 'admin@gravity.local', demoPassword)
    people += 1
    const email = `${persona}-${Date.now()}-${people}@example.org`
    const registered = await this.#open(
      persona,
      'mutation ($input: RegisterInput!) { opened: register(input: $input) { $SESSION } }',
      { email, password, displayName: `A ${persona}` },
    )
    if (persona === 'customer') return registered
    const admin = await this.arrive('admin')
    await this.ask(
      admin,
      `mutation { assignRole(input: { userId: "${registered.id}", role: "${persona}" }) { __typename } }`,
    )
    return this.#signIn(persona, email, password)
  }

  /** The same person if their session still holds, otherwise a new one: some fields end sessions. */
  async stillThere(somebody: Somebody): Promise<Somebody> {
    if (somebody.accessToken === undefined) return somebody
    const { errors } = await this.ask(somebody, '{ me { id } }')
    return errors ? this.arrive(somebody.persona) : somebody
  }

  ask<Data = Record<string, unknown> | null>(
    { accessToken }: Somebody,
    query: string,
    variables: object = {},
  ) {
    this.asked += 1
    const headers = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }
    return post<Data>(this.#url, { query, variables }, headers)
  }

  #signIn(persona: string, email: string, word: string): Promise<Somebody> {
    return this.#open(
      persona,
      'mutation ($input: LoginInput!) { opened: login(input: $input) { $SESSION } }',
      { email, password: word },
    )
  }

  async #open(persona: string, document: string, input: object): Promise<Somebody> {
    const nobody = { persona, id: '', accessToken: undefined }
    const query = document.replace('$SESSION', session)
    const { data } = await this.ask<{ opened: Opened }>(nobody, query, { input })
    const { accessToken, message, user } = data.opened
    if (!accessToken || !user) throw new Error(`${persona} cannot sign in: ${message}`)
    return { persona, id: user.id, accessToken }
  }
}

/** What a token says its bearer may do. */
export function scopesOf({ accessToken }: Somebody): string[] {
  const { scope } = decodeJwt<{ scope: string }>(accessToken ?? '')
  return scope.split(' ').filter(Boolean).toSorted()
}
