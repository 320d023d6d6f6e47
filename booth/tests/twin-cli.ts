// SPDX-License-Identifier: Apache-2.0
/**
 * The booth's protocol as a program for the Python tests (tests/twins): a JSON list of tasks on standard input, their results on
 * standard output. A refusal is a result too: `{"refused": "Malformed", "section": "§7.1"}`.
 */
import { readFileSync } from "node:fs";
import {
    type Bases,
    checkBallot,
    deriveCredential,
    type Election,
    groupNamed,
    makeBases,
    normaliseCredential,
    parseElection,
    SandoghError,
    sealBallot,
    signBallot,
    tracker,
    Unsupported,
    voteCode,
} from "../src/protocol";
import { seeded } from "./protocol/seeded";

type Task =
    | { task: "make"; election: string; credential: string; choices: number[][]; seed: string | null }
    | { task: "check"; election: string; credentials: string[]; ballot: string }
    | { task: "derive"; group: string; uuid: string; credential: string }
    | { task: "normalise"; typed: string }
    | { task: "election"; election: string }
    | { task: "vote_code"; session: string; hash: string }
    | { task: "tracker"; ballot: string }
    | { task: "parse"; group: string; element: string };

const opened = new Map<string, { election: Election; bases: Bases<unknown> }>();

/** The tables take longer than a ballot, and the tests bring many ballots of one election. */
function open(text: string): { election: Election; bases: Bases<unknown> } {
    const known = opened.get(text);
    if (known !== undefined) return known;
    const election = parseElection(text);
    const fresh = { election, bases: makeBases(election) };
    opened.set(text, fresh);
    return fresh;
}

function run(task: Task): unknown {
    switch (task.task) {
        case "make": {
            const { election, bases } = open(task.election);
            const key = deriveCredential(task.credential, election.uuid, election.group, bases.g);
            const options = task.seed === null ? {} : { draw: seeded(task.seed) };
            const sealed = sealBallot(election, bases, key.public, task.choices, options);
            return { ballot: signBallot(bases, key, sealed, options.draw), hash: sealed.hash };
        }
        case "check":
            return checkBallot(task.ballot, parseElection(task.election), new Set(task.credentials));
        case "derive": {
            const group = groupNamed(task.group);
            const key = deriveCredential(task.credential, task.uuid, group, group.fixedBase(group.generator));
            return { secret: String(key.secret), public: key.public };
        }
        case "normalise":
            return normaliseCredential(task.typed);
        case "election": {
            const { fingerprint, uuid, questions } = parseElection(task.election);
            const forms = questions.map(({ answers, blank, min, max, question }) => ({ answers, ...(blank ? { blank } : {}), min, max, question }));
            return { fingerprint, uuid, questions: forms };
        }
        case "vote_code":
            return voteCode(task.session, task.hash);
        case "tracker":
            return tracker(task.ballot);
        case "parse": {
            const group = groupNamed(task.group);
            return group.serialise([group.parse(task.element, "§4.2", "element")])[0];
        }
    }
}

const results = (JSON.parse(readFileSync(0, "utf8")) as Task[]).map((task) => {
    try {
        return { result: run(task) };
    } catch (error) {
        // A booth can do nothing with what it does not support but refuse it.
        if (error instanceof Unsupported) return { refused: "Malformed", section: error.section };
        if (error instanceof SandoghError) return { refused: error.name, section: error.section };
        throw error;
    }
});
process.stdout.write(JSON.stringify(results));
