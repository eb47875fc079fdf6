import type { DemoRoom } from '../demo-room.ts'

/** Everything but work. */
export const lunch: DemoRoom = {
  key: 'lunch-and-cake',
  name: 'Lunch & cake 🍜',
  openedAt: '2026-03-17T10:15:00Z',
  members: [
    'samir',
    'alice',
    'bob',
    'carla',
    'elif',
    'farid',
    'hiro',
    'mei',
    'oskar',
    'quentin',
    'tess',
  ],
  files: [
    {
      line: 8,
      attachments: [
        {
          url: 'https://files.example.org/kitchen/sourdough-nine.jpg',
          name: 'sourdough-nine.jpg',
          mediaType: 'image/jpeg',
          sizeInBytes: 348_160,
          width: 1_600,
          height: 1_200,
        },
      ],
    },
  ],
  conversations: [
    {
      startsAt: '2026-03-17T10:16:00Z',
      lines: [
        [
          'samir',
          8,
          'New rule by the intern: whoever knows where we eat writes it here before half past eleven.',
        ],
        ['mei', 190, 'The noodle place has the spicy one back 🌶️'],
        ['samir', 22, 'The spicy one that made Bob cry?'],
        ['bob', 31, 'I had something in my eye. It was soup.'],
        ['hiro', 64, 'Count me in. 12:15 at the door?'],
        ['carla', 40, 'Six of us? I call them.'],
        ['carla', 260, 'Table for six, by the window.'],
      ],
    },
    {
      startsAt: '2026-03-24T13:30:00Z',
      lines: [
        ['carla', 11, 'Sourdough experiment number nine is in the kitchen. Honest opinions only.'],
        [
          'oskar',
          480,
          'It has structural integrity. I would build a bridge for the model railway from it.',
        ],
        ['carla', 26, 'Is that good?'],
        ['oskar', 18, 'The crust, yes. I have had three slices.'],
        ['tess', 75, 'Tried to break it. Failed. With butter: passed.'],
        [
          'mei',
          130,
          'My cat walked past the photo and came back to look at it again. That is the highest rating she gives.',
        ],
      ],
    },
    {
      startsAt: '2026-03-31T09:55:00Z',
      lines: [
        [
          'farid',
          14,
          'I made a spreadsheet of our lunches. We have eaten noodles on 38 % of days.',
        ],
        ['samir', 29, 'Of course you did.'],
        [
          'farid',
          35,
          'On days with noodles nobody schedules a meeting at two. I only report the correlation.',
        ],
        ['elif', 52, 'As support lead I support noodles at noon.'],
        ['quentin', 88, 'In Lyon we would call this data-driven gastronomy.'],
        ['alice', 23, 'Noodles then. 12:15, and I bring an appetite.'],
        ['bob', 12, 'And I bring tissues. For my eye.'],
      ],
    },
    {
      startsAt: '2026-04-02T08:20:00Z',
      lines: [
        [
          'samir',
          17,
          'Last day of my first month. There are croissants. I was told that this is how it is done ❤️',
        ],
        ['alice', 45, 'That is exactly how it is done.'],
        ['hiro', 70, 'May your root access to the coffee machine never expire ☕'],
        ['samir', 33, 'It rotates every ninety days, Noor insisted.'],
      ],
    },
  ],
}
