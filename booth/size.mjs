// SPDX-License-Identifier: Apache-2.0
/**
 * Fails when the voter must download more script than promised: 40 kB gzip for the booth and its worker together.
 *
 * Each group has a worker of its own and no voter gets two: the larger one counts. What is fetched only when asked for does not.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET = 40_000;

/** The check in the browser: what every visitor of the board page fetches, and what comes when somebody asks for a check. */
const CHECKING = { "board-verify.js": 8_000, "verify-worker.js": 32_000 };
const folder = join(dirname(fileURLToPath(import.meta.url)), "../src/sandogh/server/portal/static/booth");

const sizes = new Map();
for (const name of readdirSync(folder).filter((file) => /\.(js|css)$/.test(file)).sort()) {
    sizes.set(name, gzipSync(readFileSync(join(folder, name)), { level: 9 }).length);
    console.log(`${name.padEnd(26)} ${String(sizes.get(name)).padStart(7)} bytes gzip`);
}
const workers = [...sizes.keys()].filter((name) => /^worker(-.*)?\.js$/.test(name));
for (const name of ["booth.js", "worker.js"]) {
    if (!sizes.has(name)) throw new Error(`${name} is not built: run npm run build`);
}
const total = sizes.get("booth.js") + Math.max(...workers.map((name) => sizes.get(name)));
console.log(`booth.js + the larger worker  ${total} of ${BUDGET} bytes`);
if (total > BUDGET) {
    console.error(`over the budget by ${total - BUDGET} bytes`);
    process.exitCode = 1;
}
for (const [name, most] of Object.entries(CHECKING)) {
    if (!sizes.has(name)) throw new Error(`${name} is not built: run npm run build`);
    console.log(`${name}  ${sizes.get(name)} of ${most} bytes`);
    if (sizes.get(name) > most) {
        console.error(`${name} is over its budget by ${sizes.get(name) - most} bytes`);
        process.exitCode = 1;
    }
}
