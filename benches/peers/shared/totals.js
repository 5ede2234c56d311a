// @ts-check

/** A total is saved when there was no new view for this long, */
const QUIET_MS = 5_000;
/** and at the latest this long after the first that is not saved. */
const LATEST_MS = 15_000;

/**
 * @typedef {object} Database What bun:sqlite and better-sqlite3 have in common.
 * @property {(sql: string) => unknown} exec
 * @property {(sql: string) => { get: Function, run: Function }} prepare
 * @property {(run: (...args: any[]) => void) => Function} transaction
 */

/** All-time views in SQLite, saved as what came to them, all in one transaction. */
export class Totals {
  /** Views that are not saved. @type {Map<string, number>} */
  #unsaved = new Map();
  #firstUnsaved = 0;
  #lastUnsaved = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #read;
  #write;

  /** @param {Database} database */
  constructor(database) {
    // Both projects' documentation advises WAL.
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec(
      'CREATE TABLE IF NOT EXISTS totals (slug TEXT PRIMARY KEY, total INTEGER NOT NULL)',
    );
    this.#read = database.prepare('SELECT total FROM totals WHERE slug = ?');
    const add = database.prepare(
      'INSERT INTO totals VALUES (?, ?) ON CONFLICT DO UPDATE SET total = total + excluded.total',
    );
    this.#write = database.transaction((/** @type {Iterable<[string, number]>} */ views) => {
      for (const [slug, count] of views) add.run(slug, count);
    });
  }

  /** @param {string} slug @returns {number} What was saved. */
  load(slug) {
    return this.#read.get(slug)?.total ?? 0;
  }

  /** One more view, to be saved soon. @param {string} slug */
  add(slug) {
    this.#lastUnsaved = Date.now();
    this.#unsaved.set(slug, (this.#unsaved.get(slug) ?? 0) + 1);
    if (this.#timer) return;
    this.#firstUnsaved = this.#lastUnsaved;
    this.#timer = setTimeout(() => this.#saveIfDue(), QUIET_MS);
  }

  save() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#write(this.#unsaved);
    this.#unsaved.clear();
  }

  /** One timer that is set again when it was too early: not one for each view. */
  #saveIfDue() {
    const due = Math.min(this.#lastUnsaved + QUIET_MS, this.#firstUnsaved + LATEST_MS);
    const early = due - Date.now();
    if (early <= 0) return this.save();
    this.#timer = setTimeout(() => this.#saveIfDue(), early);
  }
}
