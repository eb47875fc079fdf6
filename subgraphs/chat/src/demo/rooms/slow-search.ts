import type { DemoRoom } from '../demo-room.ts'

/** An incident: short sentences, times that matter, and what was learnt from it. */
export const slowSearch: DemoRoom = {
  key: 'incident-slow-search',
  name: 'Incident: search is slow',
  openedAt: '2026-03-26T15:04:00Z',
  members: ['grace', 'admin', 'bob', 'dmitri', 'elif', 'jonas', 'liam', 'noor'],
  conversations: [
    {
      startsAt: '2026-03-26T15:04:00Z',
      lines: [
        [
          'grace',
          20,
          'Opening this room: search takes more than ten seconds for some people since about 14:50. I coordinate. Liam, you look. Elif, you tell people.',
        ],
        ['elif', 25, 'Eleven tickets so far. Status page says “search is slow, we are on it”.'],
        [
          'liam',
          48,
          'Looking. Only queries with a location filter are slow, everything else is fine.',
        ],
        ['jonas', 39, 'Database CPU went from 20 to 95 % at 14:52.'],
        ['noor', 61, 'Before anybody asks: traffic looks normal, no sign of an attack.'],
        [
          'dmitri',
          85,
          'The planner has stopped using the location index. Statistics are from last night, before the import of the new branches.',
        ],
        ['liam', 30, 'The import finished at 14:49. That fits.'],
        ['grace', 16, 'What do you propose?'],
        ['dmitri', 27, 'ANALYZE on that one table. Seconds, no lock that anybody would feel.'],
        ['grace', 9, 'Go.'],
        ['dmitri', 58, 'Done.'],
        ['jonas', 45, 'CPU 60 … 35 … 22 %.'],
        ['liam', 38, 'Location queries back at 80 ms.'],
        ['bob', 41, 'Confirmed from the app. Feels instant again.'],
        ['elif', 90, 'Asking the eleven to try again.'],
        ['elif', 640, 'Nine say it is fine, two have gone home. Status page is green.'],
        [
          'grace',
          35,
          'Closed at 15:25. Twenty-one minutes. Thank you, all of you. Review tomorrow at ten, no blame, with biscuits.',
        ],
      ],
    },
    {
      startsAt: '2026-03-27T10:48:00Z',
      lines: [
        ['grace', 15, 'From the review, so that it is written down:'],
        [
          'grace',
          44,
          '1. The import analyses what it has filled. Dmitri, today.\n2. An alert on slow searches instead of on slow databases. Jonas, this week.\n3. The status page gets a draft for “search”. Elif has it already.',
        ],
        ['dmitri', 7260, '1 is done and tested with the old import file.'],
        ['jonas', 12060, '2 is live. I made it go off once on purpose, sorry to whoever jumped.'],
        ['admin', 52, 'That was me. I jumped.'],
        ['noor', 33, 'Good reflexes are a security feature 😇'],
      ],
    },
  ],
}
