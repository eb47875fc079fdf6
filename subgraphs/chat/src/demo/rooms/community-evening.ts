import type { DemoRoom } from '../demo-room.ts'

/** Planning an event, carefully; neither Alice nor Bob can see it. */
export const communityEvening: DemoRoom = {
  key: 'community-evening-lyon',
  name: 'Community evening, Lyon',
  openedAt: '2026-03-18T11:00:00Z',
  members: ['quentin', 'farid', 'ines', 'mei', 'priya', 'rosa'],
  conversations: [
    {
      startsAt: '2026-03-18T11:02:00Z',
      lines: [
        [
          'quentin',
          26,
          'Bonjour! The library in Lyon gives us the reading room on 21 May, for sixty people. Who is in?',
        ],
        ['mei', 140, 'Me. I draw the poster. Are there lions in Lyon?'],
        ['quentin', 48, 'On the coat of arms, one. Please be kind to him 🦁'],
        ['farid', 310, 'Last year 84 said they would come and 57 came. Sixty seats are right.'],
        [
          'rosa',
          520,
          'If we take photographs, people must be able to say no without explaining themselves. A coloured dot on the badge is enough, I write the sentence.',
        ],
        ['quentin', 39, 'Thank you Rosa. Which colour?'],
        ['rosa', 44, 'Not red. Nobody should look forbidden.'],
        ['mei', 27, 'Teal. Teal is friendly.'],
      ],
    },
    {
      startsAt: '2026-03-27T15:10:00Z',
      lines: [
        ['mei', 9, 'Poster, third version: the lion reads a book about indexes.'],
        ['priya', 115, 'He looks as if he understands them. I want that on a mug.'],
        ['ines', 64, 'The text fits on one line now: “Bring a question, take two home.”'],
        ['quentin', 33, 'C’est parfait.'],
      ],
    },
    {
      startsAt: '2026-04-01T12:30:00Z',
      lines: [
        ['farid', 21, '41 registrations on the first day. At this speed we are full on Saturday.'],
        ['quentin', 57, 'Then a waiting list. And we ask for a second evening in autumn.'],
        [
          'rosa',
          180,
          'The waiting list keeps names for four weeks and then forgets them. It says so in the form.',
        ],
        [
          'priya',
          70,
          'I take notes of all the questions people bring. That is half a year of research in one evening!',
        ],
      ],
    },
  ],
}
