import type { DemoRoom } from '../demo-room.ts'

/** A busy room around one release: decisions, a hitch, a good end. */
export const releaseDay: DemoRoom = {
  key: 'release-4-2',
  name: 'Release 4.2',
  openedAt: '2026-03-23T09:00:00Z',
  members: ['ines', 'admin', 'alice', 'bob', 'carla', 'dmitri', 'grace', 'jonas', 'tess'],
  conversations: [
    {
      startsAt: '2026-03-23T09:01:00Z',
      lines: [
        [
          'ines',
          18,
          'Release room for 4.2. Feature freeze is Friday noon, release is Tuesday. Please tell me in one line what you bring.',
        ],
        ['jonas', 142, 'Start page 40 % lighter. Nobody will notice, which is the point.'],
        ['carla', 77, 'New date picker that can be used without a mouse.'],
        ['bob', 50, 'Offline drafts on mobile.'],
        ['dmitri', 203, 'One migration. Online, eleven seconds on the copy of production.'],
        ['ines', 61, 'Dmitri, what do I write about it for people who are not databases?'],
        ['dmitri', 94, '“Lists with many entries open faster.” They really do.'],
        ['ines', 11, 'Perfect, no adjectives.'],
      ],
    },
    {
      startsAt: '2026-03-27T10:40:00Z',
      lines: [
        [
          'tess',
          6,
          'Eighty minutes to the freeze. Offline drafts lose the picture when the phone is full.',
        ],
        ['bob', 33, 'How full?'],
        ['tess', 19, 'Full. I filled it with videos of the coffee machine.'],
        [
          'grace',
          120,
          'Bob, can you make it by noon without running? If not it moves to 4.3 and nobody minds.',
        ],
        ['bob', 65, 'I know where it is. 30 minutes, and Carla has promised to look at it.'],
        ['carla', 14, 'She has.'],
        ['bob', 1730, 'Up for review. It now says that there is no room, and keeps the text.'],
        ['carla', 412, 'Reviewed, merged. Nice message, by the way.'],
        ['tess', 655, 'Works on the full phone. Freeze may freeze ❄️'],
        ['ines', 27, 'Frozen. Thank you, calm people.'],
      ],
    },
    {
      startsAt: '2026-03-31T07:30:00Z',
      lines: [
        [
          'admin',
          44,
          'Release day. Window is eight to nine, the runbook is pinned, rollback was rehearsed yesterday.',
        ],
        ['dmitri', 1835, 'Migration started.'],
        ['dmitri', 14, 'Migration done. 12 seconds. I apologise for the extra second.'],
        [
          'admin',
          160,
          'First half of the machines is on 4.2. Errors flat, response times slightly better.',
        ],
        ['jonas', 52, '“Slightly” 😌'],
        ['admin', 540, 'All machines on 4.2.'],
        ['alice', 88, 'The new date picker looks so calm. Well done, Carla!'],
        ['tess', 1105, 'Spot checks are green on the eight devices that people really use.'],
        ['grace', 73, 'Then I call it: 4.2 is out. Ines, please tell the world.'],
        [
          'ines',
          300,
          'Notes are online. Shortest we ever had: five lines, and every one of them is true.',
        ],
        ['bob', 36, '👏👏👏'],
      ],
    },
    {
      startsAt: '2026-04-01T09:12:00Z',
      lines: [
        [
          'grace',
          22,
          'Day after: 0 incidents, 3 questions to support, 1 compliment. What do we do better next time? One thing each.',
        ],
        ['tess', 140, 'Fill the phones a week earlier.'],
        ['dmitri', 51, 'Say twelve seconds when I mean twelve.'],
        ['ines', 85, 'Ask for the one line earlier. They were so good.'],
      ],
    },
  ],
}
