/** The site's notes, the newest first. */
export const notes = [
  { slug: 'dusk', title: 'Dusk', text: 'The water comes back, and the boats with it.' },
  { slug: 'noon', title: 'Noon', text: 'The water stands still for a moment, and then it goes.' },
];
