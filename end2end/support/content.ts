/** Sites that are the one of these tests and some files more. */

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CONTENT, Server } from './server';

/** A server of the site with these files, by their names in the content folder. */
export async function withFiles(
  files: Record<string, string>,
  use: (server: Server) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'view-counter-content-'));
  try {
    await cp(CONTENT, folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await writeFile(path.join(folder, name), text);
    }
    const server = await Server.start({ VIEW_COUNTER_CONTENT: folder });
    try {
      await use(server);
    } finally {
      await server.dispose();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
