// SPDX-License-Identifier: Apache-2.0
/**
 * Builds the scripts of the pages: one self-contained file per entry, with a fixed name.
 *
 * 1. find the entries: src/booth.tsx, the workers src/worker*.ts, the two of src/verify and every src/pages/*.ts that exists
 * 2. bundle each alone, so that no shared chunk appears whose address a page would have to know
 * 3. write each by rename, so that a server running meanwhile never serves half a file
 * 4. remove what an earlier build left behind
 *
 * `--out FOLDER` writes elsewhere, `--only worker,clock` builds those and removes nothing (for tests and benches).
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, transformWithEsbuild } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { out: { type: "string" }, only: { type: "string" } } });
const only = values.only?.split(",");
const out = resolve(here, values.out ?? "../src/sandogh/server/portal/static/booth");

/** The oldest browser we serve: what old Android phones still run. */
const OLDEST = ["es2020", "chrome87"];

/** Fields of the libraries' classes as plain assignments: nothing here needs the longer definition that ES2020 lacks. */
const plainFields = {
    name: "plain-fields",
    transform: (code, path) =>
        /node_modules.*\.m?js$/.test(path)
            ? transformWithEsbuild(code, path, { loader: "ts", target: "es2020", tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, verbatimModuleSyntax: true } } })
            : null,
};

// (1)
const pages = join(here, "src/pages");
const entries = [
    join(here, "src/booth.tsx"),
    join(here, "src/worker.ts"),
    join(here, "src/worker-belenios-2048.ts"),
    join(here, "src/verify/board-verify.ts"),
    join(here, "src/verify/verify-worker.ts"),
    ...(existsSync(pages) ? readdirSync(pages) : [])
        .filter((name) => /\.tsx?$/.test(name) && !/\.(d|test)\.tsx?$/.test(name))
        .map((name) => join(pages, name)),
].filter((path) => existsSync(path) && (only === undefined || only.includes(basename(path, extname(path)))));

// (2)
const files = new Map();
for (const entry of entries) {
    const name = basename(entry, extname(entry));
    const result = await build({
        root: here,
        configFile: false,
        logLevel: "warn",
        plugins: [plainFields],
        esbuild: {
            jsx: "transform",
            jsxFactory: "h",
            jsxFragment: "Fragment",
            jsxInject: 'import { h, Fragment } from "preact"',
            legalComments: "none",
            // Chrome 80 to 90 fail only where a spread argument is not the last of a call in a chain; tests/protocol/build.test.ts looks for one.
            supported: { "optional-chain": true },
        },
        build: {
            write: false,
            target: OLDEST,
            cssTarget: OLDEST[1],
            // Slower than esbuild, and a kilobyte smaller of the forty.
            minify: "terser",
            terserOptions: { ecma: 2020, module: true, compress: { passes: 3 }, format: { comments: false } },
            modulePreload: false,
            assetsInlineLimit: 0,
            reportCompressedSize: false,
            rollupOptions: {
                input: entry,
                output: {
                    // A classic worker starts in more browsers than a module worker, and wraps its names.
                    format: name.includes("worker") ? "iife" : "es",
                    inlineDynamicImports: true,
                    entryFileNames: `${name}.js`,
                    assetFileNames: (asset) => (asset.names.some((n) => n.endsWith(".css")) ? `${name}.css` : "[name][extname]"),
                },
            },
        },
    });
    const outputs = Array.isArray(result) ? result : [result];
    for (const file of outputs.flatMap((bundle) => bundle.output)) {
        if (file.type === "chunk" && file.fileName !== `${name}.js`) throw new Error(`${entry} made a second script, ${file.fileName}`);
        if (files.has(file.fileName)) throw new Error(`two entries make ${file.fileName}`);
        files.set(file.fileName, file.type === "chunk" ? file.code : file.source);
    }
}

// (3)
mkdirSync(out, { recursive: true });
for (const [name, content] of files) {
    const temporary = join(out, `.${name}.${process.pid}`);
    writeFileSync(temporary, content);
    renameSync(temporary, join(out, name));
}

// (4)
for (const left of only === undefined ? readdirSync(out, { withFileTypes: true }) : []) {
    if (left.isFile() && !left.name.startsWith(".") && !files.has(left.name)) rmSync(join(out, left.name));
}
console.log(`built ${[...files.keys()].join(" ") || "nothing: no entry exists yet"}`);
