// SPDX-License-Identifier: Apache-2.0
/**
 * Verification of a whole archive while it arrives, by the numbered plan of protocol.md §12.1 (ledger.ts), for the voter's own browser.
 *
 * The archive is read once, and nothing of it is kept but the setup, the tally, the decryptions, and a line per ballot. The ballots go to
 * the hands in batches as they come. Where a credential voted again, the replaced ballots are read in a second passage.
 *
 * Questions of lists, non-homomorphic questions with their shuffles, and the group RFC-3526-2048 are not checked here: `sandogh verify`
 * does. An archive with one of them is reported as unsupported, never as valid.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { ArchiveReader, type Member } from "../protocol/archive";
import { dumps, type Json, loads } from "../protocol/canonical";
import { parseCredentials, parseEntry } from "../protocol/credentials";
import { checkCredentialsCertificate } from "../protocol/credentials-certificate";
import { checkPartialDecryption, type PartialDecryption } from "../protocol/decryption";
import { type Election, parseElection } from "../protocol/election";
import { base64, textOf, utf8 } from "../protocol/encoding";
import { SandoghError, VerificationError } from "../protocol/errors";
import { Chain, type Entry, type Event, Grammar, parseOwned } from "../protocol/events";
import { checkResult } from "../protocol/result";
import { compareTallies, emptyRows, type EncryptedTally, multiplyRows, parseTally, type Rows } from "../protocol/tally";
import { checkTrustees, type Trustees } from "../protocol/trustees";
import { publicGroupNamed } from "./arithmetic/groups";
import { type Crew, Line } from "./crew";
import type { Judged, RowTexts } from "./judge";
import { counted, Ledger, NothingToCheck, Unfounded } from "./ledger";
import { type Check, type Facts, type Found, type QuestionResult, type Report, verdictOf } from "./report";

/** Where the archive comes from; asked a second time only when replaced ballots are to be read. */
export interface Source {
    pieces(): AsyncIterable<Uint8Array>;
}

/** How far the work is: credentials or ballots done, bytes read. */
export interface Progress {
    readonly what: "credentials" | "ballots";
    readonly done: number;
    readonly bytes: number;
}

export interface Options {
    /** The tracker of a ballot to look for. */
    readonly tracker?: string;
    /** The hash of an event that must be on the board, since its page shows it. */
    readonly event?: string;
    readonly progress?: (progress: Progress) => void;
    readonly settled?: (check: Check) => void;
}

/** Ballots handed over at once: some 25 ms of work. */
const BATCH = 4;
const CREDENTIALS = 64;

const trackerOf = (member: Member): string => base64(fromHex(member.hash));
const fromHex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const fingerprint = (data: Uint8Array): string => base64(sha256(data));

/** Judge an archive, protocol.md §12.1. Throws nothing for anything an archive may hold; what the source or the crew throws goes through. */
export async function audit(source: Source, crew: Crew, options: Options = {}): Promise<Report> {
    return new Audit(source, crew, options).run();
}

class Audit {
    private readonly ledger: Ledger;
    private readonly facts: Facts = {};
    private readonly grammar = new Grammar();
    private readonly types = new Set<string>();
    private last: Event | undefined;
    private events = 0;
    private bytes = 0;

    private setup: readonly Member[] | undefined;
    private election: Election | undefined;
    private trustees: Trustees<unknown> | undefined;

    private ballots = 0;
    private ballotsBeforeSetup = 0;
    private judged = 0;
    private batch: Member[] = [];
    private readonly line: Line<() => void>;
    private readonly seen = new Set<string>();
    private readonly latest = new Map<string, { readonly hash: string; readonly weight: bigint }>();
    private readonly replaced = new Set<string>();
    private found: Found | null = null;
    private eventFound = false;

    private tallyData: readonly Member[] | undefined;
    private readonly decryptions: (readonly Member[])[] = [];
    private resultData: Member | undefined;
    private computed: EncryptedTally<unknown> | undefined;
    private tally: EncryptedTally<unknown> | undefined;
    private readonly partials = new Map<number, PartialDecryption<unknown>>();
    private result: QuestionResult[] | undefined;

    constructor(
        private readonly source: Source,
        private readonly crew: Crew,
        private readonly options: Options,
    ) {
        this.ledger = new Ledger(options.settled);
        this.line = new Line(crew.room, (finish) => finish());
    }

    /** The plan; checks 3 to 5 are settled on the way, when Setup has come. */
    async run(): Promise<Report> {
        const { ledger } = this;
        await ledger.take(1, () => this.container());
        await ledger.take(2, () => this.order());
        if (this.setup === undefined) await this.setUp();
        await ledger.take(6, () => this.allBallots());
        await ledger.take(7, () => this.encryptedTally());
        await ledger.take(8, () => this.shuffles());
        await ledger.take(9, () => this.partialDecryptions());
        await ledger.take(10, () => this.checkedResult());
        await ledger.take(11, () => this.roll());
        await ledger.take(12, () => {
            throw new NothingToCheck("no earlier copy was given");
        });
        return this.report();
    }

    private report(): Report {
        const { checks } = this.ledger;
        const verdict = verdictOf(checks);
        const { tracker, event } = this.options;
        return {
            format: "sandogh-verification/1",
            program: "browser",
            verdict,
            complete: verdict === "valid" && this.result !== undefined,
            election: this.facts,
            checks,
            result: this.result ?? null,
            ...(event === undefined ? {} : { page_event: { hash: event, found: this.eventFound } }),
            ...(tracker === undefined ? {} : { sought: { tracker, found: this.found } }),
        };
    }

    // ---- 1: reading, with everything that can begin meanwhile

    private async container(): Promise<string> {
        const complain = (refusal: SandoghError): void => this.ledger.refuse(1, refusal);
        const reader = new ArchiveReader(complain);
        const chain = new Chain(complain);
        try {
            for await (const piece of this.source.pieces()) {
                this.bytes += piece.length;
                for (const member of reader.push(piece)) {
                    const entry = chain.add(member);
                    if (entry !== undefined) await this.event(entry);
                }
            }
            reader.end();
            chain.end();
        } finally {
            this.facts.archive_bytes = this.bytes;
            await this.handOver();
            await this.line.finish();
        }
        if (this.last === undefined) return "no event";
        return `${counted(this.events, "event")}, the last ${this.last.type} ${this.last.hash}`;
    }

    private async event({ event, data }: Entry): Promise<void> {
        this.events += 1;
        this.last = event;
        this.types.add(event.type);
        this.eventFound ||= event.hash === this.options.event;
        [this.facts.stage, this.facts.last_height, this.facts.last_event] = [event.type, event.height, event.hash];
        try {
            this.grammar.next(event.type);
        } catch (error) {
            if (!(error instanceof SandoghError)) throw error;
            this.ledger.refuse(2, error);
        }
        const payload = data[data.length - 1];
        if (payload === undefined) return;
        if (event.type === "Setup" && (data.length === 4 || data.length === 5) && this.setup === undefined) {
            this.setup = data;
            await this.setUp();
        } else if (event.type === "Ballot") await this.ballot(event, payload);
        else if (event.type === "EncryptedTally" && data.length === 2) this.tallyData ??= data;
        else if (event.type === "PartialDecryption" && data.length === 2) this.decryptions.push(data);
        else if (event.type === "Result") this.resultData ??= payload;
    }

    // ---- 2

    private order(): string {
        if (this.events === 0 && this.ledger.refused(1) > 0) throw new Unfounded([1]);
        this.grammar.end();
        this.facts.ballots = this.ballots;
        return counted(this.ballots, "ballot");
    }

    // ---- 3 to 5

    private async setUp(): Promise<void> {
        await this.ledger.take(3, () => this.electionFile());
        await this.ledger.take(4, () => this.trusteeKeys());
        await this.ledger.take(5, () => this.credentials());
    }

    private async electionFile(): Promise<string> {
        const data = this.setup?.[0]?.data;
        if (data === undefined) {
            this.ledger.need(1, 2);
            throw new NothingToCheck("no Setup");
        }
        const text = textOf(data, "§4.3", "election");
        const election = (this.election = parseElection(text, publicGroupNamed));
        Object.assign(this.facts, { name: election.name, uuid: election.uuid, group: election.group.name, fingerprint: election.fingerprint });
        election.group.fixedBase(election.group.generator);
        await this.crew.all("open", { election: text });
        return `«${election.name}», group ${election.group.name}, fingerprint ${election.fingerprint}`;
    }

    private known(): Election {
        const { election } = this;
        if (election === undefined) throw new Unfounded([3]);
        return election;
    }

    private trusteeKeys(): string {
        this.ledger.need(3);
        const { group, publicKey } = this.known();
        const data = this.setup?.[1]?.data ?? new Uint8Array(0);
        let trustees: Trustees<unknown>;
        try {
            trustees = checkTrustees(data, group);
        } catch (error) {
            if (!(error instanceof SandoghError)) throw error;
            this.refuseEachTrustee(data, error);
            return "";
        }
        if (!group.equal(trustees.electionKey, publicKey)) {
            throw new VerificationError("§6", "the election's public key is not the product of the trustees' keys");
        }
        this.trustees = trustees;
        this.facts.trustees = trustees.members.length;
        this.facts.trustees_fingerprint = fingerprint(data);
        return `${quorum(trustees)}, fingerprint ${this.facts.trustees_fingerprint}`;
    }

    /** Look at each entry of the list by itself; if none is wrong by itself, the list as a whole is. */
    private refuseEachTrustee(data: Uint8Array, whole: SandoghError): void {
        let entries: readonly Json[] = [];
        try {
            const value = loads(textOf(data, "§6", "trustees"), "§6");
            if (Array.isArray(value)) entries = value as readonly Json[];
        } catch (error) {
            if (!(error instanceof SandoghError)) throw error;
        }
        entries.forEach((entry, i) => {
            try {
                checkTrustees(utf8(dumps([entry])), this.known().group);
            } catch (error) {
                if (!(error instanceof SandoghError)) throw error;
                // Its own numbering began at 1 again: the place in the list is what a reader can find.
                error.where = error.where.split(", ").slice(1).join(", ");
                this.ledger.refuse(4, error, `entry ${i + 1} of the list`);
            }
        });
        if (this.ledger.refused(4) === 0) this.ledger.refuse(4, whole);
    }

    private async credentials(): Promise<string> {
        this.ledger.need(3);
        const { ledger, crew } = this;
        const data = this.setup?.[2]?.data ?? new Uint8Array(0);
        const entries = parseCredentials(data);
        let done = 0;
        const line = new Line<() => void>(crew.room, (finish) => finish());
        for (let first = 0; first < entries.length; first += CREDENTIALS) {
            const some = entries.slice(first, first + CREDENTIALS);
            await line.add(
                crew.any("members", { entries: some }).then((refusals) => () => {
                    refusals.forEach((refusal, i) => {
                        if (refusal !== null) ledger.refuse(5, refusal, `credential ${first + i + 1}`);
                    });
                    done += some.length;
                    this.options.progress?.({ what: "credentials", done, bytes: this.bytes });
                }),
            );
        }
        await line.finish();
        const weight = this.weigh(entries);
        Object.assign(this.facts, { credentials: entries.length, credentials_weight: Number(weight), credentials_fingerprint: fingerprint(data) });
        const [, , list, certificate] = this.setup?.length === 5 ? this.setup : [];
        if (certificate !== undefined && list !== undefined) checkCredentialsCertificate(certificate.data, this.known(), list.hash, entries.length);
        if (ledger.refused(5) === 0) await crew.all("list", { entries });
        const weighing = weight === BigInt(entries.length) ? "" : `, weights together ${weight}`;
        return `${counted(entries.length, "credential")}${weighing}, fingerprint ${fingerprint(data)}${certificate === undefined ? "" : ", certified"}`;
    }

    /** The sum of the weights; refuses a credential that comes twice. */
    private weigh(entries: readonly string[]): bigint {
        const seen = new Set<string>();
        let weight = 0n;
        entries.forEach((entry, i) => {
            let listed;
            try {
                listed = parseEntry(entry);
            } catch (error) {
                // Told by the hands already.
                if (error instanceof SandoghError) return;
                throw error;
            }
            if (seen.has(listed.credential)) this.ledger.refuse(5, new VerificationError("§5.3", "listed twice"), `credential ${i + 1}`);
            seen.add(listed.credential);
            weight += listed.weight;
        });
        return weight;
    }

    // ---- 6

    private async ballot(event: Event, member: Member): Promise<void> {
        this.ballots += 1;
        if (this.setup === undefined) this.ballotsBeforeSetup += 1;
        const sought = this.options.tracker !== undefined && trackerOf(member) === this.options.tracker;
        if (sought && this.found === null) this.found = { height: event.height, event: event.hash, holds: undefined };
        if (!this.ledger.sound(3) || !this.ledger.sound(5)) return;
        this.batch.push(member);
        if (this.batch.length === BATCH) await this.handOver();
    }

    private async handOver(): Promise<void> {
        const members = this.batch;
        if (members.length === 0) return;
        this.batch = [];
        // What is kept is the hash alone: the bytes go to the hand.
        const hashes = members.map(({ hash }) => hash);
        const work = this.crew.any("ballots", { ballots: members.map(({ data }) => data) });
        await this.line.add(work.then((judged) => () => this.enter(hashes, judged)));
    }

    private enter(hashes: readonly string[], judged: readonly Judged[]): void {
        judged.forEach((one, i) => {
            const hash = hashes[i] ?? "";
            this.judged += 1;
            const tracker = base64(fromHex(hash));
            const where = `ballot ${this.judged + this.ballotsBeforeSetup} (${tracker})`;
            const twice = this.seen.has(hash);
            if (one.refusal !== undefined) this.ledger.refuse(6, one.refusal, where);
            else if (twice) this.ledger.refuse(6, new VerificationError("§7.1", "the same ballot twice"), where);
            else {
                const earlier = this.latest.get(one.credential);
                if (earlier !== undefined) this.replaced.add(earlier.hash);
                this.latest.set(one.credential, { hash, weight: one.weight });
            }
            this.seen.add(hash);
            if (tracker === this.options.tracker && this.found !== null && !twice) this.found = { ...this.found, holds: one.refusal === undefined };
        });
        this.options.progress?.({ what: "ballots", done: this.judged, bytes: this.bytes });
    }

    private async allBallots(): Promise<string> {
        const { ledger } = this;
        ledger.need(3, 5);
        if (this.ballotsBeforeSetup > 0) throw new Unfounded([2]);
        const weight = [...this.latest.values()].reduce((sum, each) => sum + each.weight, 0n);
        if (ledger.refused(6) > 0) return `${ledger.refused(6)} of ${counted(this.ballots, "ballot")} refused`;
        this.facts.kept = this.latest.size;
        this.facts.kept_weight = Number(weight);
        await this.takeOutReplaced();
        this.computed = { rows: this.combined(await this.crew.all("product", null)), numTallied: BigInt(this.latest.size), totalWeight: weight };
        const replaced = this.ballots - this.latest.size;
        return counted(this.ballots, "ballot") + (replaced > 0 ? `, ${replaced} replaced by a later one` : "");
    }

    /** Only the last ballot of a credential counts, protocol.md §8.1: read the archive again for those that it replaces. */
    private async takeOutReplaced(): Promise<void> {
        const wanted = new Set(this.replaced);
        if (wanted.size === 0) return;
        const reader = new ArchiveReader(() => undefined);
        const line = new Line<null>(this.crew.room, () => undefined);
        for await (const piece of this.source.pieces()) {
            for (const { kind, hash, data } of reader.push(piece)) {
                if (kind === "data" && wanted.delete(hash)) await line.add(this.crew.any("replace", { ballot: data }));
            }
            if (wanted.size === 0) break;
        }
        await line.finish();
        if (wanted.size > 0) throw new VerificationError("§11.2", "the archive was changed while it was being verified");
    }

    /** The products of all hands in one. */
    private combined(products: readonly RowTexts[]): Rows<unknown> {
        const election = this.known();
        const { group } = election;
        const parsed = products.map((rows) =>
            rows.map((row) => row.map(({ alpha, beta }) => ({ alpha: group.parse(alpha, "§8.2", "alpha"), beta: group.parse(beta, "§8.2", "beta") }))),
        );
        return parsed.reduce<Rows<unknown>>((product, rows) => multiplyRows(group, product, rows), emptyRows(election));
    }

    // ---- 7

    private notYet(kind: string): never {
        this.ledger.need(1, 2);
        throw new NothingToCheck(`no ${kind} yet: ${this.types.has("EndBallots") ? "counting not finished" : "election still open"}`);
    }

    private encryptedTally(): string {
        const { ledger } = this;
        const [data, sized] = this.tallyData ?? [];
        if (data === undefined || sized === undefined) {
            ledger.need(1, 2, 6);
            this.notYet("EncryptedTally");
        }
        ledger.need(3);
        const election = this.known();
        const published = (this.tally = parseTally(data.data, sized.data, election));
        this.facts.tally_fingerprint = fingerprint(data.data);
        ledger.need(1, 2, 6);
        if (this.computed === undefined) throw new Unfounded([6]);
        for (const refusal of compareTallies(election.group, published, this.computed)) ledger.refuse(7, refusal);
        return `${counted(Number(published.numTallied), "ballot")}, total weight ${published.totalWeight}`;
    }

    // ---- 8

    /** Every question that is read here is homomorphic, so a shuffle belongs to none. */
    private shuffles(): string {
        this.ledger.need(2, 3);
        if (this.types.has("Shuffle") || this.types.has("EndShuffles")) {
            throw new VerificationError("§12.2", "shuffles, though no question is non-homomorphic");
        }
        return "none, and none needed";
    }

    // ---- 9

    private partialDecryptions(): string {
        const { ledger, decryptions } = this;
        if (decryptions.length === 0) {
            ledger.need(4, 7, 8);
            this.notYet("PartialDecryption");
        }
        ledger.need(3, 4, 8);
        const { tally, trustees } = this;
        if (tally === undefined || trustees === undefined) throw new Unfounded([7]);
        const owners = new Set<number>();
        decryptions.forEach(([object, owned], i) => {
            if (object === undefined || owned === undefined) return;
            const { owner } = parseOwned(owned.data);
            try {
                const trustee = trustees.members[owner - 1];
                if (trustee === undefined) throw new VerificationError("§10.1", `there is no trustee ${owner} among ${trustees.members.length}`);
                if (owners.has(owner)) throw new VerificationError("§10.1", "a second one of the same trustee");
                owners.add(owner);
                this.partials.set(owner, checkPartialDecryption(object.data, this.known(), tally.rows, trustee));
            } catch (error) {
                if (!(error instanceof SandoghError)) throw error;
                ledger.refuse(9, error, `partial decryption ${i + 1} (of trustee ${owner})`);
            }
        });
        this.facts.decryptions = this.partials.size;
        const missing = this.missing(trustees);
        if (this.resultData !== undefined && missing.length > 0 && ledger.refused(9) === 0) {
            throw new VerificationError("§10.2", `no partial decryption of ${missing.join(", and ")}`);
        }
        const needed = missing.length > 0 ? `; still needed: ${missing.join(", and ")}` : "";
        return `${this.partials.size} of ${counted(trustees.members.length, "trustee")}${needed}`;
    }

    /** Whose partial decryptions are wanting, item by item. */
    private missing({ items }: Trustees<unknown>): string[] {
        return items.flatMap(({ threshold, members }) => {
            const absent = members.map(({ number }) => number).filter((number) => !this.partials.has(number));
            const short = threshold - (members.length - absent.length);
            if (short <= 0) return [];
            const listed = absent.join(", ");
            return [short === absent.length ? `trustee${short > 1 ? "s" : ""} ${listed}` : `${short} of the trustees ${listed}`];
        });
    }

    // ---- 10

    private checkedResult(): string {
        const { ledger, tally, trustees, resultData } = this;
        if (resultData === undefined) {
            ledger.need(9);
            this.notYet("Result");
        }
        if (tally === undefined || trustees === undefined || this.missing(trustees).length > 0) {
            ledger.need(4, 7, 8, 9);
            throw new Unfounded([9]);
        }
        const election = this.known();
        const counts = checkResult(resultData.data, election, tally, trustees, this.partials);
        this.result = election.questions.map(({ question, answers, blank }, i) => ({
            question,
            answers: [...(blank ? [""] : []), ...answers].map((answer, j) => ({ answer, count: Number(counts[i]?.[j] ?? 0n) })),
        }));
        return `${counted(election.questions.length, "question")}, ${counted(Number(tally.numTallied), "ballot")}`;
    }

    // ---- 11

    private roll(): never {
        const { credentials, credentials_weight: weight } = this.facts;
        let what = credentials === undefined ? "the credentials" : `the number of credentials, ${credentials},`;
        if (weight !== credentials) what += ` and their weights, together ${weight ?? 0},`;
        throw new NothingToCheck(`not in the archive: compare ${what} with the electoral roll`);
    }
}

/** «3 trustees, every one needed» or «6 trustees; needed: trustee 1 and 3 of the trustees 2 to 6». */
function quorum({ items, members }: Trustees<unknown>): string {
    const number = counted(members.length, "trustee");
    if (items.every(({ threshold, members: own }) => threshold === own.length)) return `${number}, every one needed`;
    const wanted = items.map(({ threshold, members: own }) => {
        const [first, last] = [own[0]?.number ?? 0, own[own.length - 1]?.number ?? 0];
        return own.length === 1 ? `trustee ${first}` : `${threshold} of the trustees ${first} to ${last}`;
    });
    return `${number}; needed: ${wanted.join(" and ")}`;
}
