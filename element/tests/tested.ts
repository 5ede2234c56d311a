// What is tested without a browser.

export { lifecycle } from '../lifecycle';
export { slugOf } from '../page';
