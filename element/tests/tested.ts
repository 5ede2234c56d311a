// What is tested without a browser.

export { lifecycle } from '../lifecycle';
export { encodedSlug, isSlug, serverOf, slugOfAttribute, slugOfPath } from '../slug';
