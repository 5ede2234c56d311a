// What is tested without a browser.

export { lifecycle } from '../lifecycle';
export { refusalOf } from '../reader';
export { encodedSlug, isSlug, serverOf, slugOfAttribute, slugOfPath } from '../slug';
