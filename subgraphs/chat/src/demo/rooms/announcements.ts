import type { DemoRoom } from '../demo-room.ts'

/** A channel that everybody finds, and reads without being a member. */
export const announcements: DemoRoom = {
  key: 'announcements',
  name: 'Announcements',
  openedAt: '2026-03-16T09:00:00Z',
  members: ['ines', 'admin', 'alice', 'grace', 'priya'],
  channel: {
    topic: 'What is new, in few words',
    description:
      'Everybody may read along. Come in to be told when something is new; questions go to the help desk.',
    history: 'world',
  },
  conversations: [
    {
      startsAt: '2026-03-16T09:05:00Z',
      lines: [
        [
          'ines',
          30,
          'Welcome! This channel is open to everybody. One message per novelty, I promise.',
        ],
        ['ines', 95, 'Today: search understands typos. “Nodle soup” finds the noodle soup.'],
        ['priya', 310, 'Two people in this morning’s interviews noticed without being asked.'],
      ],
    },
    {
      startsAt: '2026-03-23T13:00:00Z',
      lines: [
        ['ines', 12, 'Today: addresses can be saved with a name of your own, such as “the shed”.'],
        ['grace', 140, 'Thank you to everyone who asked for it. It was 212 of you.'],
      ],
    },
  ],
}
