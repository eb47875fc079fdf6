import type { DemoRoom } from '../demo-room.ts'

/** A channel with moderators, Alice among them: slow mode, word filters, and a report that nobody has looked at. */
export const helpDesk: DemoRoom = {
  key: 'help-desk',
  name: 'Help desk',
  openedAt: '2026-03-17T08:00:00Z',
  members: ['elif', 'alice', 'bob', 'dmitri', 'mei', 'oskar', 'samir', 'tess'],
  channel: {
    topic: 'Ask anything; somebody knows',
    description: 'Be kind, one question at a time. Alice and Tess look after the channel.',
    history: 'all',
  },
  moderation: {
    moderators: ['alice', 'tess'],
    slowModeSeconds: 5,
    filters: [
      ['buy followers*', 'reject'],
      ['darn', 'mask'],
      ['refund', 'flag'],
    ],
    report: { by: 'mei', line: 6, note: 'This is advertising.' },
  },
  conversations: [
    {
      startsAt: '2026-03-17T08:10:00Z',
      lines: [
        ['elif', 20, 'Good morning! Ask here whatever does not work, or works in a strange way.'],
        ['mei', 410, 'Where did the dark theme go? My eyes miss it.'],
        ['tess', 65, 'Preferences → appearance. It moved last week, sorry for the hide and seek.'],
        ['mei', 38, 'Found it. The cat approves.'],
      ],
    },
    {
      startsAt: '2026-03-25T11:30:00Z',
      lines: [
        ['oskar', 14, 'Can I export a list of everything I have ordered? The railway club asks.'],
        ['samir', 70, 'I can do it for you for only five euros, write to me in private!!!'],
        ['elif', 45, 'Oskar: yes, and it is free. Profile → your data → export.'],
        ['dmitri', 120, 'It takes about a minute. It reads from the replica, so be generous.'],
      ],
    },
  ],
}
