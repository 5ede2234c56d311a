/** What every program that a test starts needs: a port, and an end. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A port that nobody uses, for a program that cannot say which one it was given. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * Playwright may end a worker without running any test's clean-up.
 *
 * @param signal For one that has processes of its own to end first.
 */
export function killWithThisProcess(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGKILL',
): void {
  const kill = () => void child.kill(signal);
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}

/** Kills it, and waits until it has ended. */
export async function kill(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
