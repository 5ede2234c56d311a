/** A post with all that Markdown has, and with what tends to break a layout. */

export const LONG_WORD = 'donaudampfschifffahrtsgesellschaftskapitaenswitwenrente'.repeat(2);

const TABLE = `| Ground | Holds a boot |
|---|---|
| Sand | yes |
`;

const WIDE_TABLE = `| ${Array.from({ length: 9 }, (_, n) => `Column ${n}`).join(' | ')} |
|:--|:-:|--:|${'---|'.repeat(6)}
| ${Array.from({ length: 9 }, (_, n) => `A cell with some words in it ${n}`).join(' | ')} |
`;

export const RICH_POST = `+++
title = "Rich in ${LONG_WORD.slice(0, 40)}"
date = 2026-03-05
description = "A post with everything in it, and ${LONG_WORD}."
tags = ["Ebb", "A tag of many words that goes on for longer than a line of a phone"]
+++

Text with **strong**, *stressed*, ~~gone~~, \`code_that_goes_on_and_on_without_a_space_in_it_anywhere\`,
<kbd>Ctrl</kbd>, a [link](/about) and ${LONG_WORD}. A note[^one], another[^two], and the first again[^one].

> A quotation of one line.

## Tables

${TABLE}
Between the two.

${TABLE}
${WIDE_TABLE}
## Code and a heading that is a great deal longer than the window of any phone is wide

\`\`\`rust
fn farthest(seconds: u32) -> u32 { seconds / 2 } // ${LONG_WORD}
\`\`\`

\`\`\`console
$ ask --way home
\`\`\`

\`\`\`
without a language
\`\`\`

### Lists

- one
  - and one inside
- two

1. first
2. second

- [x] done
- [ ] to do

<!-- a list of paragraphs -->

- [ ] to do, in a paragraph

- [x] done, in a paragraph

#### A picture

![A line that rises and falls twice.](tide.svg)

***

<table><caption>By hand</caption><tr><th scope="col">${LONG_WORD}</th></tr><tr><td>${LONG_WORD}</td></tr></table>

[^one]: The first, with \`code\` and ${LONG_WORD}.
[^two]: The second.
`;
