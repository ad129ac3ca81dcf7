import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** The server's address in development: `gardefou run` on its usual port. */
const server = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: "../src/gardefou/web/static",
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows files of this server only: no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": server, "/media": server } },
  test: { include: ["src/**/*.test.ts"] },
});
