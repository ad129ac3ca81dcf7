import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** The server's address in development: `gardefou run` on its usual port. */
const server = "http://127.0.0.1:8080";

/** Started by the public map from a file of its own: the content policy allows no other way. */
const MAP_WORKER = "maplibre-gl/dist/maplibre-gl-worker.mjs";

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: "../src/gardefou/web/static",
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows files of this server only: no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The server asks the manifest where the public map's files are.
    manifest: "manifest.json",
    // MapLibre is large, and only loaded by who asks for the map; kB.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: ["index.html", "src/window/map.ts", MAP_WORKER] },
  },
  server: { proxy: { "/api": server, "/media": server } },
  test: { include: ["src/**/*.test.ts"] },
});
