// SPDX-License-Identifier: Apache-2.0
/** Known answers from other implementations: kat.json and the archives of tests/vectors/belenios. */
import { describe, expect, it } from "vitest";
import { groupHash } from "../../src/protocol/hash";
import { checkBallot, deriveCredential, ED25519, groupNamed, parseElection, SandoghError, tracker, Unsupported, VerificationError } from "../../src/protocol";
import { readArchive, readJson } from "./archives";

interface Kat {
    election_fingerprint: { election_json: string; fingerprint: string; file: string }[];
    credential_derivation: { group: string; uuid: string; credential: string; exponent: string; public: string }[];
    tracker: { file: string; ballot_index: number; tracker: string }[];
    point_encodings: { multiples_of_g: { k: string; encoding: string }[]; reject: { encoding: string; why: string }[] };
    ff_encodings: { group: string; accept: string[]; reject: { encoding: string; why: string }[] }[];
    group_hash: { group: string; prefix: string; elements: string[]; value: string }[];
}
interface Vector {
    file: string;
    expected: "valid" | "invalid";
    questions: string[];
    group: string;
    weights: boolean;
    section?: string;
    ballots?: number;
}

const kat = readJson("kat.json") as Kat;
const { vectors } = readJson("vectors.json") as { vectors: Vector[] };
const ours = vectors.filter(({ questions, group }) => questions.every((kind) => kind.startsWith("H")) && group !== "RFC-3526-2048");

describe("known answers", () => {
    it.each(kat.election_fingerprint)("§4.3 fingerprint of $file", ({ election_json, fingerprint }) => {
        expect(parseElection(election_json).fingerprint).toBe(fingerprint);
    });

    it.each(kat.credential_derivation.filter(({ group }) => group !== "RFC-3526-2048"))("§5.2 $group $credential", (known) => {
        const group = groupNamed(known.group);
        const key = deriveCredential(known.credential, known.uuid, group, group.fixedBase(group.generator));
        expect(key).toEqual({ secret: BigInt(known.exponent), public: known.public });
    });

    it.each(kat.tracker)("§7.6 ballot $ballot_index of $file", (known) => {
        expect(tracker(readArchive(known.file).ballots[known.ballot_index]!)).toBe(known.tracker);
    });

    it.each(kat.point_encodings.multiples_of_g)("§3.3 g^$k", ({ k, encoding }) => {
        const power = ED25519.power(ED25519.generator, BigInt(k));
        expect(ED25519.serialise([power, ED25519.fixedBase(ED25519.generator)(BigInt(k))])).toEqual([encoding, encoding]);
        expect(ED25519.equal(ED25519.parse(encoding, "§4.2", "element"), power)).toBe(true);
    });

    it.each(kat.point_encodings.reject)("§3.3 refuses $why", ({ encoding }) => {
        expect(() => ED25519.parse(encoding, "§4.2", "element")).toThrow(SandoghError);
    });

    const finite = kat.ff_encodings.find(({ group }) => group === "BELENIOS-2048")!;
    it.each(finite.accept)("§3.2 accepts %s", (encoding) => {
        const group = groupNamed("BELENIOS-2048");
        expect(group.serialise([group.parse(encoding, "§4.2", "element")])).toEqual([encoding]);
    });

    it.each(finite.reject)("§3.2 refuses $why", ({ encoding }) => {
        expect(() => groupNamed("BELENIOS-2048").parse(encoding, "§4.2", "element")).toThrow(SandoghError);
    });

    it.each(kat.group_hash.filter(({ group }) => group !== "RFC-3526-2048"))("§4.1 $prefix $elements.length", (known) => {
        expect(groupHash(known.prefix, known.elements, groupNamed(known.group).q)).toBe(BigInt(known.value));
    });
});

describe("archives", () => {
    it.each(ours.filter(({ expected }) => expected === "valid"))("accepts every ballot of $file", ({ file, ballots }) => {
        const archive = readArchive(file);
        const election = parseElection(archive.election);
        const trackers = archive.ballots.map((ballot) => checkBallot(ballot, election, archive.credentials).tracker);
        expect(trackers).toEqual(archive.ballots.map(tracker));
        expect(trackers.length).toBe(ballots);
    });

    // Rules outside a single ballot (chain, tally, trustees, result) are the verifier's, not the booth's.
    const ballotRules = ours.filter(({ expected, section }) => expected === "invalid" && /^§(3|4|7)\./.test(section ?? ""));
    it.each(ballotRules)("refuses a ballot of $file: $section", ({ file, section }) => {
        const archive = readArchive(file);
        const check = (): void => {
            const election = parseElection(archive.election);
            const seen = new Set<string>();
            for (const ballot of archive.ballots) {
                const { tracker: name } = checkBallot(ballot, election, archive.credentials);
                if (seen.has(name)) throw new VerificationError("§7.1", "the same bytes twice");
                seen.add(name);
            }
        };
        expect(check).toThrow(expect.objectContaining({ section }) as Error);
    });

    it.each(vectors.filter(({ questions }) => questions.some((kind) => !kind.startsWith("H"))))("says that it cannot open $file", ({ file }) => {
        expect(() => parseElection(readArchive(file).election)).toThrow(Unsupported);
    });
});
