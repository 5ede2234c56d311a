/** The engines of these tests, and how each is started. */

import { startChromium } from './chromium';
import { startFirefox } from './firefox';
import { startWebKit } from './webkit';
import type { Engine, EngineName } from './window';

export const START: Record<EngineName, () => Promise<Engine>> = {
  chromium: startChromium,
  firefox: startFirefox,
  webkit: startWebKit,
};
