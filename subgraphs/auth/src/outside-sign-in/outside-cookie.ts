import type { z } from 'zod'
import { seal, unseal } from '../keys/sealed.ts'
import { readCookie } from '../oauth/cookies.ts'

const lifeMs = 10 * 60_000

export interface OutsideCookieOptions<Shape extends z.ZodType> {
  readonly name: string
  /** 32 bytes. */
  readonly key: Buffer
  readonly shape: Shape
  readonly isSecure: boolean
  readonly now: () => Date
}

/** A cookie that keeps something for ten minutes which its browser cannot read or change. */
export class OutsideCookie<Shape extends z.ZodType> {
  readonly #options: OutsideCookieOptions<Shape>

  constructor(options: OutsideCookieOptions<Shape>) {
    this.#options = options
  }

  write(value: z.output<Shape>): string {
    const { key, now } = this.#options
    const endsAt = now().getTime() + lifeMs
    const sealed = seal(key, JSON.stringify({ endsAt, value })).toString('base64url')
    return this.#header(sealed, lifeMs / 1_000)
  }

  remove(): string {
    return this.#header('', 0)
  }

  /** Undefined when there is none, it is too old, or it was not made here. */
  read(headers: Readonly<Record<string, string>>): z.output<Shape> | undefined {
    const { key, name, now, shape } = this.#options
    const text = readCookie(headers['cookie'], name)
    if (!text) return undefined
    const { endsAt, value } = Object(JSON.parse(this.#opened(key, text) ?? 'null'))
    if (typeof endsAt !== 'number' || endsAt <= now().getTime()) return undefined
    return shape.parse(value)
  }

  #opened(key: Buffer, text: string): string | undefined {
    try {
      return unseal(key, Buffer.from(text, 'base64url'))
    } catch {
      // Whatever is wrong with it, it is not ours.
      return undefined
    }
  }

  #header(value: string, seconds: number): string {
    const { isSecure, name } = this.#options
    const attributes = [`${name}=${value}`, 'Path=/oauth', `Max-Age=${seconds}`]
    const rules = ['HttpOnly', 'SameSite=Lax', ...(isSecure ? ['Secure'] : [])]
    return [...attributes, ...rules].join('; ')
  }
}
