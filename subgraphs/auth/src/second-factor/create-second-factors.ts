import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { AccountService } from '../accounts/account.service.ts'
import { Entrance } from '../accounts/entrance.ts'
import { LoginCompletionService } from '../accounts/login-completion.service.ts'
import { AccountChanges } from '../administration/account-changes.ts'
import { Challenges } from '../challenges/challenges.ts'
import type { RequestLimits } from '../defence/request-limits.ts'
import { SecondFactorAttempts } from '../defence/second-factor-attempts.ts'
import type { AccountMailService } from '../mail/account-mail.service.ts'
import { PasskeyService } from '../passkeys/passkey.service.ts'
import { PasskeyLoginService } from '../passkeys/passkey-login.service.ts'
import { PasskeyProofs } from '../passkeys/passkey-proofs.ts'
import { PasskeyRegistrationService } from '../passkeys/passkey-registration.service.ts'
import { WebAuthn } from '../passkeys/webauthn.ts'
import type { ServiceParts } from '../services.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { TokenIssuer } from '../sessions/token-issuer.ts'
import { ProofRequirement } from '../step-up/proof-requirement.ts'
import { StepUpService } from '../step-up/step-up.service.ts'
import { FactorNews } from './factor-news.ts'
import { RecoveryCodeService } from './recovery-code.service.ts'
import { secondFactorsOf } from './second-factor-overview.ts'
import { SecondFactorProofs } from './second-factor-proofs.ts'
import { SecondFactorResetService } from './second-factor-reset.service.ts'
import { TotpService } from './totp.service.ts'
import { createTotpSecrets } from './totp-secrets.ts'

export interface SecondFactorParts extends ServiceParts {
  readonly accounts: AccountService
  readonly sessions: SessionService
  readonly tokens: TokenIssuer
  readonly mail: AccountMailService
  readonly limits: RequestLimits
}

/** Whatever proves somebody beside their password, and what asks for it. */
export function createSecondFactors(parts: SecondFactorParts) {
  const { config, database, platform, sessions } = parts
  const { emailVerification, recentProofSeconds: maxAgeSeconds, siteName } = config
  const own = { ...parts, ...createProofs(parts), clock: platform }
  const requirement = new ProofRequirement({ database, clock: platform, maxAgeSeconds })
  const recoveryCodes = new RecoveryCodeService({ ...own, requirement })
  const entrance = new Entrance({ ...own, emailVerification })
  const changes = new AccountChanges({ database, sessions, clock: platform })
  const demanding = { ...own, requirement, recoveryCodes }
  return {
    requirement,
    entrance,
    recoveryCodes,
    totp: new TotpService({ ...demanding, siteName }),
    passkeys: new PasskeyService(demanding),
    passkeyRegistrations: new PasskeyRegistrationService(demanding),
    passkeyLogins: new PasskeyLoginService({ ...own, entrance, proofs: own.passkeyProofs }),
    loginCompletions: new LoginCompletionService({ ...own, entrance }),
    stepUps: new StepUpService(own),
    secondFactorsOf: (viewer: Viewer) => secondFactorsOf(database, viewer),
    secondFactorResets: new SecondFactorResetService({ ...demanding, changes }),
  }
}

function createProofs({ config, database, platform }: SecondFactorParts) {
  const log = platform.log.child({ service: 'auth' })
  const webauthn = new WebAuthn({ config, log })
  const challenges = new Challenges({ database, clock: platform })
  const attempts = new SecondFactorAttempts(platform.rateLimits)
  const news = new FactorNews({ clock: platform })
  const totpSecrets = createTotpSecrets(platform.secretFor('auth.totp-secrets'))
  const recoverySecret = platform.secretFor('auth.recovery-codes')
  const passkeyProofs = new PasskeyProofs({ database, webauthn, news, clock: platform })
  const own = { webauthn, challenges, attempts, news, totpSecrets, recoverySecret, passkeyProofs }
  const passkeys = passkeyProofs
  return { ...own, proofs: new SecondFactorProofs({ ...own, passkeys, database, clock: platform }) }
}
