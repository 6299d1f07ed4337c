import { defineConfig } from 'vite';

// What is built is embedded in the binary and served below `assets/`, wherever that lies: so all addresses are relative.
export default defineConfig({
  base: './',
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsDir: '',
    // The server learns the name of the entry from it.
    manifest: 'manifest.json',
    // Nothing as `data:`, which the pages' policy does not allow for styles and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The libraries are as large as they are; nothing of them is loaded before it is needed.
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: 'src/main.ts',
      // Yasqe brings a reader of JSON for browsers that have none, which uses it.
      checks: { eval: false, pluginTimings: false },
    },
  },
});
