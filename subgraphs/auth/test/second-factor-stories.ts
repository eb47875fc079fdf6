import type { TestQuestion, TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { expect } from '@jest/globals'
import { decodeJwt } from 'jose'
import { generateSync } from 'otplib'
import { SoftwareAuthenticator } from './software-authenticator.ts'
import { arrive, asOpened, login, type Opened, viewerOf } from './stories.ts'

export interface Answered {
  readonly __typename: string
  readonly code?: string
  readonly field?: string
  readonly methods?: readonly string[]
  readonly challenge?: string
  readonly passkeyOptions?: string | null
  readonly options?: string
  readonly secret?: string
  readonly uri?: string
  readonly recoveryCodes?: readonly string[]
  readonly codes?: readonly string[]
  readonly accessToken?: string
  readonly passkey?: { readonly id: string; readonly name: string }
  readonly wasEnabled?: boolean
}

const problem = '... on Problem { code message }'
const stepUpRequired = '... on StepUpRequired { methods }'
const session = '... on Session { accessToken accessTokenExpiresAt refreshToken user { id } }'
const passkey = 'passkey { id name isSynced lastUsedAt }'

/** What is asked of the result of each mutation. */
const selections = {
  login: `${problem} ${session} ... on SecondFactorRequired { challenge methods passkeyOptions }`,
  completeLogin: `${problem} ${session} ... on InvalidInput { field }`,
  beginPasskeyLogin: `${problem} ... on PasskeyLoginBegun { options }`,
  loginWithPasskey: `${problem} ${session}`,
  beginStepUp: '... on StepUpBegun { methods passkeyOptions }',
  stepUp: `${problem} ... on SteppedUp { accessToken } ... on InvalidInput { field }`,
  enrollTotp: `${problem} ${stepUpRequired} ... on TotpEnrollment { secret uri }`,
  confirmTotp: `${problem} ... on TotpEnabled { recoveryCodes }`,
  disableTotp: `${problem} ${stepUpRequired} ... on TotpDisabled { wasEnabled }`,
  makeRecoveryCodes: `${problem} ${stepUpRequired} ... on RecoveryCodes { codes }`,
  beginPasskeyRegistration: `${problem} ${stepUpRequired} ... on PasskeyRegistrationBegun { options }`,
  registerPasskey: `${problem} ... on PasskeyAdded { recoveryCodes ${passkey} } ... on InvalidInput { field }`,
  renamePasskey: `${problem} ... on PasskeyRenamed { ${passkey} }`,
  removePasskey: `${problem} ${stepUpRequired} ... on PasskeyRemoved { passkeyId }`,
  changePassword: `${problem} ${stepUpRequired}`,
  requestEmailChange: `${problem} ${stepUpRequired}`,
  assignRole: `${problem} ${stepUpRequired}`,
  createAccount: `${problem} ${stepUpRequired}`,
  updateAccount: `${problem} ${stepUpRequired}`,
  deleteAccount: `${problem} ${stepUpRequired}`,
  impersonate: `${problem} ${stepUpRequired}`,
  resetSecondFactors: `${problem} ${stepUpRequired} ... on AccountChanged { account { id } }`,
} as const

type Operation = keyof typeof selections

export interface Asked {
  readonly viewer?: Viewer | null
  readonly input?: Readonly<Record<string, unknown>>
}

function questionOf(name: Operation, { input, viewer = null }: Asked): [string, TestQuestion] {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`
  const [variables, given] = input ? [`($input: ${type})`, '(input: $input)'] : ['', '']
  const document = `mutation ${variables} { ${name}${given} { __typename ${selections[name]} } }`
  return [document, { viewer, ...(input && { variables: { input } }) }]
}

export async function run(
  auth: TestSubgraph,
  name: Operation,
  asked: Asked = {},
): Promise<Answered> {
  const data = await auth.answer<Record<string, Answered>>(...questionOf(name, asked))
  const answer = data[name]
  if (!answer) throw new Error(`${name} has no result`)
  return answer
}

/** The code of the error that a mutation must end with. */
export async function refusalOf(
  auth: TestSubgraph,
  name: Operation,
  asked: Asked,
): Promise<unknown> {
  const { errors } = await auth.ask(...questionOf(name, asked))
  return errors?.[0]?.extensions?.['code']
}

export function codeOf(secret: string, now: Date): string {
  return generateSync({ secret, epoch: Math.floor(now.getTime() / 1_000) })
}

/** Somebody who has just signed up, and what they have besides a password. */
export interface Protected {
  readonly email: string
  readonly session: Opened
  readonly viewer: Viewer
  readonly recoveryCodes: readonly string[]
}

/** Arrives, and adds an authenticator app, whose first code is then used up. */
export async function arriveWithApp(
  auth: TestSubgraph,
  platform: TestPlatform,
  email: string,
): Promise<Protected & { readonly secret: string; code(): string }> {
  const session = await arrive(auth, email)
  const viewer = viewerOf(session)
  const { secret = '' } = await run(auth, 'enrollTotp', { viewer })
  const code = () => codeOf(secret, platform.now())
  const enabled = await run(auth, 'confirmTotp', { viewer, input: { code: code() } })
  expect(enabled).toMatchObject({ __typename: 'TotpEnabled' })
  platform.clock.advance(30_000)
  return { email, session, viewer, secret, code, recoveryCodes: enabled.recoveryCodes ?? [] }
}

/** Arrives, and registers a passkey. */
export async function arriveWithPasskey(
  auth: TestSubgraph,
  email: string,
): Promise<Protected & { readonly device: SoftwareAuthenticator; readonly passkeyId: string }> {
  const session = await arrive(auth, email)
  const viewer = viewerOf(session)
  const device = new SoftwareAuthenticator()
  const added = await registerPasskey(auth, viewer, device)
  expect(added).toMatchObject({ __typename: 'PasskeyAdded' })
  const { passkey, recoveryCodes = [] } = added
  return { email, session, viewer, device, passkeyId: passkey?.id ?? '', recoveryCodes }
}

export async function registerPasskey(
  auth: TestSubgraph,
  viewer: Viewer,
  device: SoftwareAuthenticator,
): Promise<Answered> {
  const { options = '' } = await run(auth, 'beginPasskeyRegistration', { viewer })
  const input = { response: device.create(options), name: 'My phone' }
  return run(auth, 'registerPasskey', { viewer, input })
}

/** Proves the password of somebody from whom more is asked. */
export async function beginLogin(
  auth: TestSubgraph,
  email: string,
): Promise<{ readonly challenge: string; readonly passkeyOptions: string }> {
  const input = { email, password: 'correct horse' }
  const { __typename, challenge = '', passkeyOptions } = await run(auth, 'login', { input })
  expect(__typename).toBe('SecondFactorRequired')
  return { challenge, passkeyOptions: passkeyOptions ?? '' }
}

export function methodsOf(accessToken: string): unknown {
  return decodeJwt(accessToken)['amr']
}

/** Signs in somebody without a second factor. */
export async function signIn(auth: TestSubgraph, email: string): Promise<Viewer> {
  return viewerOf(asOpened(await login(auth, { email })))
}

export async function passkeyLoginOptions(auth: TestSubgraph): Promise<string> {
  return (await run(auth, 'beginPasskeyLogin')).options ?? ''
}

export function loginWithPasskey(auth: TestSubgraph, response: string): Promise<Answered> {
  return run(auth, 'loginWithPasskey', { input: { response } })
}
