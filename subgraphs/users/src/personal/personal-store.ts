import { ExportReader } from '@gravity/shared/people/export-reader'
import type { EntityManager } from 'typeorm'
import { type AddressReads, AddressRepository } from '../addresses/address.repository.ts'
import { type ConsentReads, ConsentRepository } from '../consents/consent.repository.ts'
import { type DeletionReads, DeletionRepository } from '../deletion/deletion.repository.ts'
import { ErasureRepository } from '../deletion/erasure.repository.ts'
import { type DataExportReads, DataExportRepository } from '../export/data-export.repository.ts'
import { type LinkReads, LinkRepository } from '../links/link.repository.ts'
import { KeepUsernames1795000200030 } from '../migrations/1795000200030-keep-usernames.ts'
import { DeleteAccounts1795000200031 } from '../migrations/1795000200031-delete-accounts.ts'
import { ExportData1795000200032 } from '../migrations/1795000200032-export-data.ts'
import { VerifyPeople1795000200033 } from '../migrations/1795000200033-verify-people.ts'
import { LinkProfiles1795000200034 } from '../migrations/1795000200034-link-profiles.ts'
import { KeepAddresses1795000200035 } from '../migrations/1795000200035-keep-addresses.ts'
import { RecordConsents1795000200036 } from '../migrations/1795000200036-record-consents.ts'
import { KeepErasedPeopleErased1795000200037 } from '../migrations/1795000200037-keep-erased-people-erased.ts'
import { type UsernameReads, UsernameRepository } from '../usernames/username.repository.ts'
import {
  type VerificationReads,
  VerificationRepository,
} from '../verification/verification.repository.ts'

/** The repositories of what people have and decide for themselves. */
export interface PersonalStore {
  readonly usernames: UsernameRepository
  readonly deletions: DeletionRepository
  readonly erasure: ErasureRepository
  /** What was collected for people who asked for it. */
  readonly exported: DataExportRepository
  /** Reads what is to be collected. */
  readonly exports: ExportReader
  readonly verification: VerificationRepository
  readonly links: LinkRepository
  readonly addresses: AddressRepository
  readonly consents: ConsentRepository
}

export interface PersonalReads {
  readonly usernames: UsernameReads
  readonly deletions: DeletionReads
  readonly exported: DataExportReads
  readonly verification: VerificationReads
  readonly links: LinkReads
  readonly addresses: AddressReads
  readonly consents: ConsentReads
}

export function createPersonalStore(manager: EntityManager): PersonalStore {
  return {
    usernames: new UsernameRepository(manager),
    deletions: new DeletionRepository(manager),
    erasure: new ErasureRepository(manager),
    exported: new DataExportRepository(manager),
    exports: new ExportReader(manager),
    verification: new VerificationRepository(manager),
    links: new LinkRepository(manager),
    addresses: new AddressRepository(manager),
    consents: new ConsentRepository(manager),
  }
}

export const personalMigrations = [
  KeepUsernames1795000200030,
  DeleteAccounts1795000200031,
  ExportData1795000200032,
  VerifyPeople1795000200033,
  LinkProfiles1795000200034,
  KeepAddresses1795000200035,
  RecordConsents1795000200036,
  KeepErasedPeopleErased1795000200037,
]
