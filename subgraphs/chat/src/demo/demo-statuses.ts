import { demoPeople } from '@gravity/shared/demo/demo-people'
import type { ChatStore } from '../store.ts'

/** What some of the demo people say of themselves, by the part of their address before the @. */
const statuses: Readonly<Record<string, readonly [emoji: string, text: string]>> = {
  bob: ['🍜', 'Noodles. Not crying.'],
  carla: ['🍞', 'Feeding sourdough number ten'],
  samir: ['☕', 'By the coffee machine'],
}

/** Who has said, or wished for, anything already is left alone. */
export async function seedDemoStatuses(store: Pick<ChatStore, 'settings'>): Promise<void> {
  for (const { id, email } of demoPeople) {
    const [statusEmoji, statusText] = statuses[email.split('@')[0] ?? ''] ?? []
    if (statusEmoji === undefined || statusText === undefined) continue
    if ((await store.settings.ofPeople([id])).length > 0) continue
    await store.settings.change(id, { statusEmoji, statusText })
  }
}
