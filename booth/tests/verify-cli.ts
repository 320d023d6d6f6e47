// SPDX-License-Identifier: Apache-2.0
/** The browser's verifier as a program for the Python tests (tests/twins): `verify-cli ARCHIVE…`, a JSON list of its reports on standard output. */
import { readFileSync } from "node:fs";
import { verify } from "./verify/local";

const reports = [];
for (const name of process.argv.slice(2)) reports.push(await verify(readFileSync(name)));
process.stdout.write(JSON.stringify(reports, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
