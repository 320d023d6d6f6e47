// SPDX-License-Identifier: Apache-2.0
/** Tests run in Node; a file that needs a document begins with `// @vitest-environment happy-dom`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
    esbuild: { jsx: "automatic", jsxImportSource: "preact" },
    test: { include: ["tests/**/*.test.{ts,tsx}"], testTimeout: 60_000, maxWorkers: 2, minWorkers: 1 },
});
