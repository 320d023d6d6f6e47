// SPDX-License-Identifier: Apache-2.0
/** The archives of tests/vectors/belenios, shared with the Python tests: their members by kind, protocol.md §11. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const folder = fileURLToPath(new URL("../../../tests/vectors/belenios/", import.meta.url));

export const readJson = (name: string): unknown => JSON.parse(readFileSync(folder + name, "utf8"));

export interface Archive {
    readonly election: string;
    readonly credentials: ReadonlySet<string>;
    readonly ballots: readonly string[];
}

interface Event {
    type: string;
    payload?: string;
}

/** Read the parts of an archive that concern ballots; as lenient as possible, the strict reader is Python's. */
export function readArchive(name: string): Archive {
    const file = readFileSync(folder + name);
    const members = new Map<string, string>();
    const events: Event[] = [];
    for (let at = 0; at + 512 <= file.length; ) {
        const title = file.toString("latin1", at, at + 100).split("\0")[0]!;
        const size = parseInt(file.toString("latin1", at + 124, at + 135), 8);
        const body = file.toString("utf8", at + 512, at + 512 + size);
        const [hash, kind] = title.split(".");
        if (kind === "event") events.push(JSON.parse(body) as Event);
        else members.set(hash!, body);
        at += 512 + Math.ceil(size / 512) * 512;
    }
    const payload = (event: Event): string => members.get(event.payload!)!;
    const setup = JSON.parse(payload(events.find(({ type }) => type === "Setup")!)) as { election: string; credentials: string };
    const credentials = JSON.parse(members.get(setup.credentials)!) as string[];
    return {
        election: members.get(setup.election)!,
        credentials: new Set(credentials.map((line) => line.split(",")[0]!)),
        ballots: events.filter(({ type }) => type === "Ballot").map(payload),
    };
}
