import type { DemoRoom } from '../demo-room.ts'

/** Design work with several rounds; long enough that its history comes in pages. */
export const checkoutRedesign: DemoRoom = {
  key: 'checkout-redesign',
  name: 'Checkout redesign',
  openedAt: '2026-03-16T08:55:00Z',
  members: ['alice', 'bob', 'carla', 'hiro', 'kavya', 'priya', 'tess'],
  conversations: [
    {
      startsAt: '2026-03-16T08:57:00Z',
      lines: [
        [
          'alice',
          24,
          'Morning all! One room for everything about the new checkout, so that nothing drowns in mail.',
        ],
        [
          'alice',
          41,
          'Goal in one sentence: from basket to “thank you” in three steps instead of six.',
        ],
        ['bob', 95, 'Three steps, yes please. On a phone the current one is a pilgrimage.'],
        [
          'carla',
          37,
          'Can we agree today that every step works with the keyboard alone? I would rather not retrofit it again.',
        ],
        ['alice', 52, 'Agreed, and it goes into the definition of done.'],
        [
          'kavya',
          210,
          'From the payments side: the card form must stay in its own frame. Everything around it is yours.',
        ],
        [
          'priya',
          133,
          'I have five interviews this week with people who gave up halfway. Questions you want me to ask, here by tonight.',
        ],
        ['tess', 48, 'Ask them what they did next. I bet half of them just phoned somebody.'],
        ['priya', 66, 'Stealing that one 😄'],
      ],
    },
    {
      startsAt: '2026-03-18T13:02:00Z',
      lines: [
        ['alice', 12, 'First sketches are on the wall next to the plants. Photos follow.'],
        [
          'hiro',
          340,
          'The total on the second sketch is lovely and large. Please never let anybody shrink it.',
        ],
        ['alice', 28, 'Over my dead pencil.'],
        [
          'bob',
          71,
          'Where does the voucher field go? Ours is used by 4 % of people and distracts the other 96.',
        ],
        ['alice', 83, 'Behind a quiet link under the total. It opens in place.'],
        ['carla', 45, 'With the focus moved into it, and back to the link when it closes?'],
        ['alice', 19, 'Exactly so.'],
        [
          'kavya',
          402,
          'Careful: a voucher can make the total zero, and then there is no payment step at all.',
        ],
        ['bob', 38, 'Ha. Then the last step needs two faces.'],
        ['alice', 57, 'Noted. “Pay 41.90 €” and “Place order”. Same button, honest label.'],
        ['tess', 25, 'I love an honest label.'],
      ],
    },
    {
      startsAt: '2026-03-20T09:41:00Z',
      lines: [
        [
          'priya',
          9,
          'Interviews are in. Short version: nobody minds typing an address. Everybody minds typing it twice.',
        ],
        [
          'priya',
          33,
          'Three of five did not notice that the delivery address was a different one from last time.',
        ],
        ['tess', 18, 'And what did they do next?'],
        ['priya', 22, 'Two phoned. One wrote a letter. An actual letter, with a stamp.'],
        ['bob', 15, 'Respect ✉️'],
        [
          'alice',
          148,
          'So the address becomes a card with a visible “change”, not a form that is filled in for you.',
        ],
        [
          'hiro',
          64,
          'And the name of the street one size larger than the rest. People recognise their street first.',
        ],
        [
          'carla',
          118,
          'For screen readers the card reads as one sentence: “Delivered to …, change”. I tried it this morning, it is quick.',
        ],
        ['alice', 40, 'You are wonderful.'],
      ],
    },
    {
      startsAt: '2026-03-25T14:20:00Z',
      lines: [
        ['bob', 31, 'Prototype is on the test phones. Go and break it.'],
        [
          'tess',
          611,
          'Broke it 🎉 Back button on step three, then forward, and the basket is empty.',
        ],
        ['bob', 44, 'That took you ten minutes?!'],
        ['tess', 16, 'Nine. I had to find the charger.'],
        [
          'bob',
          390,
          'Found it. The draft was saved when the page was left, and leaving backwards does not count as leaving. Fix is building.',
        ],
        [
          'carla',
          72,
          'While you are there: the error summary gets the focus but not the heading above it.',
        ],
        ['bob', 58, 'On my list. Anything else before I close the lid?'],
        [
          'kavya',
          105,
          'The amount on the button is rounded differently from the one on the receipt for orders with three items at 33 %. One cent.',
        ],
        ['bob', 13, 'One cent!'],
        ['kavya', 20, 'One cent is how it starts.'],
        ['alice', 47, 'Kavya is right. The button shows what the receipt says, always.'],
        ['bob', 1260, 'Fixed, all three. New build in five minutes.'],
        ['tess', 540, 'Cannot break it any more. Saying this only once.'],
      ],
    },
    {
      startsAt: '2026-03-30T08:33:00Z',
      lines: [
        [
          'alice',
          21,
          'Numbers from the weekend: 500 people saw the new checkout, 61 % finished. The old one had 48.',
        ],
        ['priya', 35, 'That is a lot more than I had hoped for.'],
        ['bob', 14, '🚀'],
        ['hiro', 90, 'Does anybody dare to make it 100 % of people this week?'],
        [
          'kavya',
          130,
          'After Wednesday, please. Month end is when accounting looks at everything twice.',
        ],
        ['alice', 26, 'Thursday then. Kavya, you give the word.'],
        ['kavya', 17, 'Deal.'],
      ],
    },
    {
      startsAt: '2026-04-02T07:58:00Z',
      lines: [
        ['kavya', 40, 'Month is closed, books agree to the cent. You have the word 🟢'],
        ['bob', 29, 'Switching to everybody at nine.'],
        ['bob', 3714, 'Done. Watching the graphs.'],
        [
          'carla',
          880,
          'First message from support: someone thanked us that it works with her switch device. I am not crying, you are.',
        ],
        ['alice', 31, 'Framing that one.'],
        ['tess', 6300, 'Two hours, no new tickets. I do not know what to do with my hands.'],
        ['hiro', 54, 'Cake?'],
        ['alice', 12, 'Cake. Kitchen, three o’clock 🍰'],
        ['bob', 9, 'I am already there'],
      ],
    },
  ],
}
