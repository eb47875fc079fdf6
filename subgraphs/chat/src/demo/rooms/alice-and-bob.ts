import type { DemoRoom } from '../demo-room.ts'

/** Two people: a room without a name. */
export const aliceAndBob: DemoRoom = {
  key: 'alice-and-bob',
  name: null,
  openedAt: '2026-03-19T16:40:00Z',
  members: ['alice', 'bob'],
  conversations: [
    {
      startsAt: '2026-03-19T16:40:00Z',
      lines: [
        [
          'alice',
          30,
          'Do you have ten minutes tomorrow before the interviews are presented? I am not sure about the address step.',
        ],
        ['bob', 95, 'Nine o’clock, with coffee. What bothers you?'],
        ['alice', 41, 'It is pretty and I think it is wrong.'],
        ['bob', 20, 'Best kind of wrong, we can throw it away while it is still cheap.'],
      ],
    },
    {
      startsAt: '2026-03-20T08:22:00Z',
      lines: [
        ['bob', 10, 'Coffee is on the table, so am I'],
        ['alice', 35, 'Two minutes, the tram is being a tram'],
      ],
    },
    {
      startsAt: '2026-03-25T18:05:00Z',
      lines: [
        ['alice', 16, 'Thanks for staying calm while Tess took the prototype apart.'],
        ['bob', 88, 'She is the reason I sleep at night. Do not tell her.'],
        ['alice', 19, 'She knows.'],
      ],
    },
    {
      startsAt: '2026-04-02T15:12:00Z',
      lines: [
        [
          'bob',
          22,
          'There is one slice of cake with your name on it. Literally, Hiro wrote it. In Garamond.',
        ],
        ['alice', 54, 'Defend it. I was pulled into a call until four 🍰'],
        ['bob', 14, 'No promises after 15:45.'],
      ],
    },
    {
      startsAt: '2026-04-03T07:45:00Z',
      lines: [
        [
          'alice',
          33,
          'Free next Thursday evening? Priya and I go to the small cinema, there is a film about lighthouses.',
        ],
        ['bob', 210, 'Lighthouses! Yes. I bring the popcorn that is too salty.'],
      ],
    },
  ],
}
