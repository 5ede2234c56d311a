/** The site's notes, the newest first. */
export const notes = [
  { slug: 'dusk', title: 'Dusk', text: 'The water comes back, and the boats with it.' },
  {
    slug: 'slack-water',
    title: 'Slack water',
    text:
      'Between two tides nothing moves. This note has a client of its own, against the wire ' +
      'alone, to show that a site need not load a script from the counting server.',
    ownClient: true,
  },
  { slug: 'noon', title: 'Noon', text: 'The water stands still for a moment, and then it goes.' },
];
