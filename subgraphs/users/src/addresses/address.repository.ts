import type { EntityManager } from 'typeorm'

/** Where something is sent. */
export interface PostalAddress {
  readonly label: string | null
  readonly recipient: string
  readonly company: string | null
  readonly line1: string
  readonly line2: string | null
  readonly city: string
  readonly region: string | null
  readonly postalCode: string | null
  readonly country: string
  /** E.164. */
  readonly phone: string | null
}

export interface AddressRow extends PostalAddress {
  readonly id: string
  readonly userId: string
  readonly isDefaultShipping: boolean
  readonly isDefaultBilling: boolean
  readonly addedAt: Date
}

export type AddressUse = 'shipping' | 'billing'

export type AddressReads = Pick<AddressRepository, 'ofPerson'>

const columns = `id, user_id as "userId", label, recipient, company, line1, line2, city, region,
  postal_code as "postalCode", country, phone, is_default_shipping as "isDefaultShipping",
  is_default_billing as "isDefaultBilling", added_at as "addedAt"`

export class AddressRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  ofPerson(userId: string): Promise<AddressRow[]> {
    return this.#manager.query(
      `select ${columns} from addresses where user_id = $1 order by added_at, id`,
      [userId],
    )
  }

  /** Lets only one transaction at a time change a person's addresses, until it ends. */
  async lock(userId: string): Promise<void> {
    await this.#manager.query(`select pg_advisory_xact_lock(hashtextextended($1, 35))`, [userId])
  }

  async insert(
    { id, userId, addedAt }: Pick<AddressRow, 'id' | 'userId' | 'addedAt'>,
    address: PostalAddress,
  ): Promise<void> {
    await this.#manager.query(
      `insert into addresses (id, user_id, added_at, label, recipient, company, line1, line2, city, region,
         postal_code, country, phone)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [id, userId, addedAt, ...values(address)],
    )
  }

  async update(id: string, address: PostalAddress): Promise<void> {
    await this.#manager.query(
      `update addresses set label = $2, recipient = $3, company = $4, line1 = $5, line2 = $6, city = $7,
         region = $8, postal_code = $9, country = $10, phone = $11 where id = $1`,
      [id, ...values(address)],
    )
  }

  /** Makes it the one that is taken for this use, in the place of the one before. */
  async makeDefault(userId: string, id: string, use: AddressUse): Promise<void> {
    const column = `is_default_${use}`
    await this.#manager.query(
      `update addresses set ${column} = false where user_id = $1 and ${column} and id <> $2`,
      [userId, id],
    )
    await this.#manager.query(
      `update addresses set ${column} = true where id = $2 and user_id = $1`,
      [userId, id],
    )
  }

  async remove(userId: string, id: string): Promise<void> {
    await this.#manager.query('delete from addresses where user_id = $1 and id = $2', [userId, id])
  }

  async erase(userId: string): Promise<void> {
    await this.#manager.query('delete from addresses where user_id = $1', [userId])
  }
}

function values(address: PostalAddress): unknown[] {
  return [
    address.label,
    address.recipient,
    address.company,
    address.line1,
    address.line2,
    address.city,
    address.region,
    address.postalCode,
    address.country,
    address.phone,
  ]
}
