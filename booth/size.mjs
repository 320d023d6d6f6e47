// SPDX-License-Identifier: Apache-2.0
/** Fails when the voter must download more script than promised: 40 kB gzip for booth.js and worker.js together (architecture.md §6). */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET = 40_000;
const folder = join(dirname(fileURLToPath(import.meta.url)), "../src/sandogh/server/portal/static/booth");

let total = 0;
const present = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
for (const name of present.sort()) {
    const gzip = gzipSync(readFileSync(join(folder, name)), { level: 9 }).length;
    const counted = name === "booth.js" || name === "worker.js";
    if (counted) total += gzip;
    console.log(`${name.padEnd(20)} ${String(gzip).padStart(7)} bytes gzip${counted ? "" : "  (not in this budget)"}`);
}
for (const name of ["booth.js", "worker.js"]) {
    if (!present.includes(name)) throw new Error(`${name} is not built: run npm run build`);
}
console.log(`booth.js + worker.js  ${total} of ${BUDGET} bytes`);
if (total > BUDGET) {
    console.error(`over the budget by ${total - BUDGET} bytes`);
    process.exitCode = 1;
}
