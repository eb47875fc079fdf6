import { describe, expect, it } from '@jest/globals'
import { v7 } from 'uuid'
import { Arrivals } from './arrivals.ts'

const registeredAt = new Date('2026-03-01T12:00:00Z')
const id = v7({ msecs: registeredAt.getTime() })

function arrivalsAt(now: Date, patienceMs = 60_000) {
  return new Arrivals({ patienceMs, now: () => now })
}

function signal() {
  return new AbortController().signal
}

describe('Arrivals', () => {
  it('reads once when everybody is there', async () => {
    const loads: unknown[] = []

    const rows = await arrivalsAt(registeredAt).read(
      [id],
      async (ids) => {
        loads.push(ids)
        return [{ id }]
      },
      signal(),
    )

    expect(rows).toEqual([{ id }])
    expect(loads).toEqual([[id]])
  })

  it('does not wait for somebody who would have arrived long ago', async () => {
    const later = new Date(registeredAt.getTime() + 61_000)

    expect(await arrivalsAt(later).read([id], async () => [], signal())).toEqual([])
  })

  it('reads again when somebody fresh arrives, also during the first look', async () => {
    const arrivals = arrivalsAt(registeredAt)
    const present = new Set<string>()

    const rows = await arrivals.read(
      [id],
      async () => {
        const found = [...present].map((known) => ({ id: known }))
        present.add(id)
        arrivals.arrived(id)
        return found
      },
      signal(),
    )

    expect(rows).toEqual([{ id }])
  })

  it('gives up when the patience ends', async () => {
    expect(await arrivalsAt(registeredAt, 5).read([id], async () => [], signal())).toEqual([])
  })

  it('gives up when the signal aborts', async () => {
    expect(await arrivalsAt(registeredAt).read([id], async () => [], AbortSignal.abort())).toEqual(
      [],
    )
  })
})
