import { demoPassword, demoPeople } from '@gravity/shared/demo/demo-people'
import type { PasswordHashing } from '../passwords/password-hashing.ts'
import type { AccountService } from './account.service.ts'

/** Makes the demo accounts that do not exist yet; one hash serves all of them, since everybody knows the password. */
export async function seedDemoAccounts(
  accounts: AccountService,
  passwords: PasswordHashing,
): Promise<void> {
  const passwordHash = await passwords.hash(demoPassword)
  for (const { registeredAt, ...person } of demoPeople) {
    await accounts.create({
      id: person.id,
      email: person.email,
      displayName: person.displayName,
      role: person.role,
      passwordHash,
      createdAt: registeredAt,
      emailVerifiedAt: registeredAt,
    })
  }
}
