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
import { ArchiveReader, type Member } from "../protocol/archive";
import { checkCredentialsCertificate } from "../protocol/credentials-certificate";
import { type Election, parseElection } from "../protocol/election";
import { textOf } from "../protocol/encoding";
import { SandoghError, VerificationError } from "../protocol/errors";
import { Chain, type Entry, type Event, Grammar } from "../protocol/events";
import { compareTallies, type EncryptedTally, parseTally } from "../protocol/tally";
import type { Trustees } from "../protocol/trustees";
import { publicGroupNamed } from "./arithmetic/groups";
import { BallotBox } from "./ballot-box";
import type { Crew } from "./crew";
import { counted, Ledger, NothingToCheck, Unfounded } from "./ledger";
import { countsOf, decryptionNote, missing, partialDecryptions, type Partials } from "./opening-checks";
import { type Check, type Facts, type QuestionResult, type Report, verdictOf } from "./report";
import { fingerprint, publicCredentials, quorum, trusteeKeys } from "./setup-checks";

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

/** Judge an archive, protocol.md §12.1. Throws nothing for anything an archive may hold; what the source or the crew throws goes through. */
export async function audit(source: Source, crew: Crew, options: Options = {}): Promise<Report> {
    return new Audit(source, crew, options).run();
}

class Audit {
    private readonly ledger: Ledger;
    private readonly facts: Facts = {};
    private readonly grammar = new Grammar();
    private readonly types = new Set<string>();
    private readonly box: BallotBox;
    private last: Event | undefined;
    private events = 0;
    private bytes = 0;
    private eventFound = false;

    private setup: readonly Member[] | undefined;
    private election: Election | undefined;
    private trustees: Trustees<unknown> | undefined;
    private tallyData: readonly Member[] | undefined;
    private readonly decryptions: (readonly Member[])[] = [];
    private resultData: Member | undefined;
    /** The product of the ballots that count, once all of them hold; and the tally as published, right or wrong. */
    private computed: EncryptedTally<unknown> | undefined;
    private tally: EncryptedTally<unknown> | undefined;
    private partials: Partials = new Map();
    private result: QuestionResult[] | undefined;

    constructor(
        private readonly source: Source,
        private readonly crew: Crew,
        private readonly options: Options,
    ) {
        this.ledger = new Ledger(options.settled);
        const progress = (done: number): void => this.tell("ballots", done);
        this.box = new BallotBox({ ledger: this.ledger, crew, tracker: options.tracker, progress });
    }

    /** The plan; checks 3 to 5 are settled on the way, when Setup has come. */
    async run(): Promise<Report> {
        const { ledger } = this;
        await ledger.take(1, () => this.container());
        await ledger.take(2, () => this.order());
        if (this.setup === undefined) await this.setUp();
        await ledger.take(6, () => this.ballots());
        await ledger.take(7, () => this.encryptedTally());
        await ledger.take(8, () => this.shuffles());
        await ledger.take(9, () => this.opened());
        await ledger.take(10, () => this.published());
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
            ...(tracker === undefined ? {} : { sought: { tracker, found: this.box.found } }),
        };
    }

    private tell(what: Progress["what"], done: number): void {
        this.options.progress?.({ what, done, bytes: this.bytes });
    }

    private known(): Election {
        if (this.election === undefined) throw new Unfounded([3]);
        return this.election;
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
            await this.box.settle();
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
        } else if (event.type === "Ballot") await this.box.add(event, payload);
        else if (event.type === "EncryptedTally" && data.length === 2) this.tallyData ??= data;
        else if (event.type === "PartialDecryption" && data.length === 2) this.decryptions.push(data);
        else if (event.type === "Result") this.resultData ??= payload;
    }

    // ---- 2

    private order(): string {
        if (this.events === 0 && this.ledger.refused(1) > 0) throw new Unfounded([1]);
        this.grammar.end();
        this.facts.ballots = this.box.count;
        return counted(this.box.count, "ballot");
    }

    // ---- 3 to 5

    private async setUp(): Promise<void> {
        await this.ledger.take(3, () => this.electionFile());
        await this.ledger.take(4, () => this.keys());
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

    private keys(): string {
        const { ledger } = this;
        ledger.need(3);
        const data = this.setup?.[1]?.data ?? new Uint8Array(0);
        const trustees = trusteeKeys(data, this.known(), ledger);
        if (trustees === undefined) return "";
        this.trustees = trustees;
        this.facts.trustees = trustees.members.length;
        this.facts.trustees_fingerprint = fingerprint(data);
        return `${quorum(trustees)}, fingerprint ${this.facts.trustees_fingerprint}`;
    }

    private async credentials(): Promise<string> {
        const { ledger, crew, setup = [] } = this;
        ledger.need(3);
        const list = setup[2];
        if (list === undefined) throw new Unfounded([3]);
        const progress = (done: number): void => this.tell("credentials", done);
        const { count, weight, note } = await publicCredentials(list, { ledger, crew, progress });
        Object.assign(this.facts, { credentials: count, credentials_weight: Number(weight), credentials_fingerprint: fingerprint(list.data) });
        const certificate = setup.length === 5 ? setup[3] : undefined;
        if (certificate === undefined) return note;
        checkCredentialsCertificate(certificate.data, this.known(), list.hash, count);
        return `${note}, certified`;
    }

    // ---- 6

    private async ballots(): Promise<string> {
        const { note, tally } = await this.box.finish(
            () => this.known(),
            () => this.source.pieces(),
        );
        this.computed = tally;
        if (tally !== undefined) [this.facts.kept, this.facts.kept_weight] = [Number(tally.numTallied), Number(tally.totalWeight)];
        return note;
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

    private opened(): string {
        const { ledger, decryptions, tally, trustees } = this;
        if (decryptions.length === 0) {
            ledger.need(4, 7, 8);
            this.notYet("PartialDecryption");
        }
        ledger.need(3, 4, 8);
        if (tally === undefined || trustees === undefined) throw new Unfounded([7]);
        this.partials = partialDecryptions(decryptions, { election: this.known(), tally, trustees, ledger });
        this.facts.decryptions = this.partials.size;
        const wanting = missing(trustees, this.partials);
        if (this.resultData !== undefined && wanting.length > 0 && ledger.refused(9) === 0) {
            // No quorum, and yet a result: nothing published leads to it.
            throw new VerificationError("§10.2", `no partial decryption of ${wanting.join(", and ")}`);
        }
        return decryptionNote(trustees, this.partials);
    }

    // ---- 10

    private published(): string {
        const { ledger, tally, trustees, resultData } = this;
        if (resultData === undefined) {
            ledger.need(9);
            this.notYet("Result");
        }
        if (tally === undefined || trustees === undefined || missing(trustees, this.partials).length > 0) {
            ledger.need(4, 7, 8, 9);
            throw new Unfounded([9]);
        }
        const election = this.known();
        this.result = countsOf(resultData.data, election, tally, trustees, this.partials);
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
