import sitemap from '@astrojs/sitemap';
import { defineConfig } from 'astro/config';

export default defineConfig({
  site: 'http://127.0.0.1:4321',
  // The counting server reads it: these are the pages that are counted.
  integrations: [sitemap()],
});
