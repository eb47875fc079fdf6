import type { Database } from '@gravity/shared/database/open-database'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { SecondFactorAttempts } from '../defence/second-factor-attempts.ts'
import type { TooManyAttempts } from '../defence/too-many-attempts.ts'
import type { ProofRequirement, StepUpRequired } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import type { FactorNews } from './factor-news.ts'
import type { RecoveryCodeService } from './recovery-code.service.ts'
import {
  type ChallengeExpired,
  challengeExpired,
  type InvalidCode,
  invalidCode,
} from './refusals.ts'
import type { TotpFactor } from './second-factor.repository.ts'
import { newTotpSecret, stepOfCode, totpUri } from './totp.ts'
import type { TotpSecrets } from './totp-secrets.ts'

export interface TotpServiceDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly totpSecrets: TotpSecrets
  readonly recoveryCodes: RecoveryCodeService
  readonly requirement: ProofRequirement
  readonly attempts: SecondFactorAttempts
  readonly news: FactorNews
  readonly clock: { now(): Date }
  /** What the app calls this installation. */
  readonly siteName: string
}

export interface TotpEnrollment {
  readonly __typename: 'TotpEnrollment'
  readonly secret: string
  readonly uri: string
  readonly expiresAt: Date
}

export interface TotpAlreadyEnabled {
  readonly __typename: 'TotpAlreadyEnabled'
  readonly code: 'TOTP_ALREADY_ENABLED'
  readonly message: string
}

export interface TotpEnabled {
  readonly __typename: 'TotpEnabled'
  readonly enabledAt: Date
  readonly recoveryCodes: readonly string[]
}

export interface TotpDisabled {
  readonly __typename: 'TotpDisabled'
  readonly wasEnabled: boolean
}

const enrollmentMs = 60 * 60_000

/** An authenticator app as a second factor. */
export class TotpService {
  readonly #deps: TotpServiceDeps

  constructor(deps: TotpServiceDeps) {
    this.#deps = deps
  }

  /** Counts for nothing before a first code has confirmed it. */
  async enroll(viewer: Viewer): Promise<TotpEnrollment | TotpAlreadyEnabled | StepUpRequired> {
    const { clock, database, requirement, siteName, totpSecrets } = this.#deps
    const demand = await requirement.recent(viewer)
    if (demand) return demand
    const accountId = viewer.userId
    const secret = newTotpSecret()
    const sealed = totpSecrets.seal(accountId, secret)
    const now = clock.now()
    const email = await database.transaction(async (store) => {
      const address = await store.secondFactors.lock(accountId)
      return (await store.secondFactors.beginTotp(accountId, sealed, now)) ? address : undefined
    })
    if (email === undefined) return totpAlreadyEnabled()
    return {
      __typename: 'TotpEnrollment',
      secret,
      uri: totpUri({ issuer: siteName, label: email, secret }),
      expiresAt: new Date(now.getTime() + enrollmentMs),
    }
  }

  async confirm(
    viewer: Viewer,
    code: string,
  ): Promise<TotpEnabled | InvalidCode | ChallengeExpired | TotpAlreadyEnabled | TooManyAttempts> {
    const { attempts, clock, database, totpSecrets } = this.#deps
    const accountId = viewer.userId
    const limited = await attempts.take('totp', accountId)
    if (limited) return limited
    const factor = await database.reads.secondFactors.totp(accountId)
    if (factor?.confirmedAt) return totpAlreadyEnabled()
    const isOpen = factor && clock.now().getTime() < factor.createdAt.getTime() + enrollmentMs
    if (!isOpen) return challengeExpired()
    const secret = totpSecrets.open(accountId, factor.sealedSecret)
    const step = stepOfCode(secret, code, clock.now())
    if (step === undefined) return invalidCode()
    const recoveryCodes = await database.transaction((store) =>
      this.#enable(store, viewer, { factor, step }),
    )
    if (!recoveryCodes) return challengeExpired()
    await attempts.forget('totp', accountId)
    return { __typename: 'TotpEnabled', enabledAt: clock.now(), recoveryCodes }
  }

  /** Disabling what is not enabled changes nothing. */
  async disable(viewer: Viewer): Promise<TotpDisabled | StepUpRequired> {
    const { database, news, recoveryCodes, requirement } = this.#deps
    const demand = await requirement.recent(viewer)
    if (demand) return demand
    const accountId = viewer.userId
    const wasEnabled = await database.transaction(async (store) => {
      const email = await store.secondFactors.lock(accountId)
      const removed = await store.secondFactors.removeTotp(accountId)
      if (email === undefined || !removed) return false
      await recoveryCodes.removeWithLast(store, accountId)
      const account = { id: accountId, email }
      await news.record(store, { account, change: 'totp-disabled' })
      return true
    })
    return { __typename: 'TotpDisabled', wasEnabled }
  }

  /** Undefined when somebody began again, or was faster. */
  async #enable(
    store: AuthStore,
    { sessionId, userId: accountId }: Viewer,
    { factor, step }: { readonly factor: TotpFactor; readonly step: number },
  ): Promise<readonly string[] | undefined> {
    const { clock, news, recoveryCodes } = this.#deps
    const now = clock.now()
    const email = await store.secondFactors.lock(accountId)
    const isConfirmed = await store.secondFactors.confirmTotp(accountId, factor, { now, step })
    if (email === undefined || !isConfirmed) return undefined
    const proof = { methods: ['otp', 'mfa'], adds: true, now } as const
    await store.sessionProofs.renew({ sessionId, accountId }, proof)
    const account = { id: accountId, email }
    await news.record(store, { account, change: 'totp-enabled' })
    return recoveryCodes.makeFirst(store, accountId)
  }
}

function totpAlreadyEnabled(): TotpAlreadyEnabled {
  return {
    __typename: 'TotpAlreadyEnabled',
    code: 'TOTP_ALREADY_ENABLED',
    message: 'There is an authenticator app already. Disable it first to use another one.',
  }
}
