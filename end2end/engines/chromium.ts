/** Chromium, driven by Puppeteer over the DevTools protocol. */

import { chromium } from '@playwright/test';
import { launch, type Browser } from 'puppeteer-core';
import { USER_AGENT } from '../support/user-agent';
import { PuppeteerEngine } from './puppeteer';
import type { Engine } from './window';

/** What Puppeteer adds so that a page never waits, sleeps or comes back. */
const UNREAL = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--enable-automation',
];

/** A browser whose pages live as a reader's do. */
export function launchChromium(args: string[] = []): Promise<Browser> {
  return launch({
    executablePath: process.env['CHROMIUM'] || chromium.executablePath(),
    ignoreDefaultArgs: UNREAL,
    args: [
      ...args,
      `--user-agent=${USER_AGENT}`,
      // Playwright leaves the sandbox out too: not every machine allows one.
      '--no-sandbox',
      // A page that still scrolls smoothly moves its links away under a click.
      '--force-prefers-reduced-motion',
    ],
  });
}

export async function startChromium(): Promise<Engine> {
  return new PuppeteerEngine(await launchChromium());
}
