/**
 * What a document prints, so that a test runs that and not what it once was: the blocks of
 * code under a heading, the code within its text, and the commands of a console.
 */

import { readFileSync } from 'node:fs';
import { inRepository } from './server';

/** A command as somebody would type it. */
export interface Command {
  /** What stands before it: the environment variables that it is given. */
  settings: Record<string, string>;
  words: string[];
}

/** What is under one heading, to the next one of any level. */
export class Section {
  readonly #name: string;
  readonly #blocks: { language: string; text: string }[] = [];
  /** All that is in no block. */
  #prose = '';

  /** @param document The path of a document in the repository. */
  constructor(document: string, heading: string) {
    this.#name = `${document}, under "${heading}",`;
    let isInside = false;
    const text = readFileSync(inRepository(document), 'utf8');
    // A block, or a line outside of all blocks.
    for (const [line, language, block] of text.matchAll(/^```(\w+)\n([^]*?)^```$|^.*\n/gm)) {
      const title = block === undefined ? /^#+ (.*)$/m.exec(line)?.[1] : undefined;
      if (title !== undefined) isInside = title === heading;
      else if (isInside && block !== undefined)
        this.#blocks.push({ language: language!, text: block });
      else if (isInside) this.#prose += line;
    }
  }

  /** The block of this language; where there are several, the one with this in it. */
  block(language: string, part = ''): string {
    const found = this.#blocks.filter(
      (block) => block.language === language && block.text.includes(part),
    );
    if (found.length !== 1)
      throw new Error(`${this.#name} has ${found.length} blocks of ${language} with "${part}"`);
    return found[0]!.text;
  }

  /** The first code within the text that matches. */
  code(pattern: RegExp): string {
    const codes = [...this.#prose.matchAll(/`([^`]+)`/g)].map(([, code]) =>
      code!.replace(/\s+/g, ' '),
    );
    const found = codes.find((code) => pattern.test(code));
    if (found === undefined)
      throw new Error(`${this.#name} has no code in its text like ${pattern}`);
    return found;
  }

  /** The rows of its one table, without the titles, each as its cells. */
  get rows(): string[][] {
    const lines = this.#prose.split('\n').filter((line) => line.startsWith('| '));
    return lines.slice(1).map((line) => line.slice(2, -2).split(/ \| /));
  }

  /** The commands in its blocks that have this in them. */
  commands(part = ''): Command[] {
    const consoles = this.#blocks.filter(({ language }) => language === 'console');
    return consoles
      .flatMap(({ text }) => lines(text))
      .filter((line) => line.includes(part))
      .map(typed);
  }

  /** The one command that has this in it. */
  command(part: string): Command {
    const [found, ...more] = this.commands(part);
    if (!found || more.length > 0)
      throw new Error(`${this.#name} has not one command with "${part}"`);
    return found;
  }
}

/** What is typed after each prompt, also over several lines. */
function lines(console: string): string[] {
  const joined = console.replaceAll(/\\\n\s*/g, '').split('\n');
  return joined
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2).replace(/\s+# .*/, ''));
}

/** What this line would run; of a shell's language it may have variables before it, and no more. */
export function typed(line: string): Command {
  const words = line.split(/\s+/);
  const settings: Record<string, string> = {};
  while (words[0]?.includes('=')) {
    const [name, ...value] = words.shift()!.split('=');
    settings[name!] = value.join('=');
  }
  return { settings, words };
}

/** What has more of a shell's language in it. */
export const shell = (line: string): Command => ({ settings: {}, words: ['sh', '-c', line] });
