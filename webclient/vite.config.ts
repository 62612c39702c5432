import type { Server } from "node:http";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const root = import.meta.dirname;

/** `vite --mode fake`: the pages with the scripted server of the tests behind them. */
function fake(): Plugin {
  return {
    name: "relevo-fake-server",
    async configureServer(server) {
      const { FakeServer } = await import("./test/fakeserver.ts");
      const f = new FakeServer({ demo: true });
      if (server.httpServer) f.attach(server.httpServer as Server);
      server.middlewares.use((req, res, next) => {
        if (!f.handleApi(req, res)) next();
      });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { src: "/test/fakepeer.js" }, injectTo: "head-prepend" }],
  };
}

export default defineConfig(({ mode }) => ({
  root,
  appType: "mpa",
  server: { proxy: mode === "fake" ? undefined : { "/v1": { target: "http://127.0.0.1:8080", ws: true } } },
  plugins: mode === "fake" ? [fake()] : [],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // light-dark() as it is: since 2024 in every browser.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
    // Everything is a file of its own: the pages run under a policy without data: and inline code.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: resolve(root, "index.html"), console: resolve(root, "console/index.html") },
    },
  },
}));
