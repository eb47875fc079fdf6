import type { DemoRoom } from './demo-room.ts'
import { aliceAndBob } from './rooms/alice-and-bob.ts'
import { announcements } from './rooms/announcements.ts'
import { checkoutRedesign } from './rooms/checkout-redesign.ts'
import { communityEvening } from './rooms/community-evening.ts'
import { helpDesk } from './rooms/help-desk.ts'
import { lunch } from './rooms/lunch.ts'
import { releaseDay } from './rooms/release-day.ts'
import { slowSearch } from './rooms/slow-search.ts'

/** The rooms of the demo people, with what was said in them in March and April 2026. */
export const demoRooms: readonly DemoRoom[] = [
  checkoutRedesign,
  releaseDay,
  slowSearch,
  lunch,
  aliceAndBob,
  communityEvening,
  announcements,
  helpDesk,
]
