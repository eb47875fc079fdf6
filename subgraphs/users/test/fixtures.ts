import { userRegistered } from '@gravity/shared/events/contracts/auth'
import type { Platform } from '@gravity/shared/platform/platform'
import { deliverEvent } from '@gravity/shared/testing/deliver-event'
import { eventually } from '@gravity/shared/testing/eventually'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'

export interface Registration {
  readonly userId: string
  readonly email: string
  readonly displayName: string
  readonly registeredAt: string
}

export function aRegistration(platform: Platform, facts: Partial<Registration> = {}): Registration {
  return {
    userId: platform.newId(),
    email: 'somebody@example.org',
    displayName: 'Somebody',
    registeredAt: platform.now().toISOString(),
    ...facts,
  }
}

/** Delivers a registration as auth would, and waits until it was applied. */
export async function arrive(
  users: TestSubgraph,
  registration: Registration,
  { times = 1 } = {},
): Promise<void> {
  await deliverEvent(users.platform, 'users', {
    contract: userRegistered,
    payload: registration,
    aggregateId: registration.userId,
    times,
  })
  const queue = users.platform.queues.queue('events.users')
  await eventually(async () => {
    const { active, delayed, waiting } = await queue.counts()
    if (active + delayed + waiting > 0) throw new Error('the event is still on its way')
  })
}
