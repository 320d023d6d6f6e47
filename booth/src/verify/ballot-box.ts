// SPDX-License-Identifier: Apache-2.0
/** Check 6: every ballot, judged by the crew while the archive arrives; and the product of those that count, protocol.md §7, §8. */
import { ArchiveReader, type Member } from "../protocol/archive";
import type { Election } from "../protocol/election";
import { base64 } from "../protocol/encoding";
import { VerificationError } from "../protocol/errors";
import type { Event } from "../protocol/events";
import { emptyRows, type EncryptedTally, multiplyRows, type Rows } from "../protocol/tally";
import { type Crew, Line } from "./crew";
import type { Judged, RowTexts } from "./judge";
import { counted, type Ledger, Unfounded } from "./ledger";
import type { Found } from "./report";

/** Ballots handed over at once: some tenth of a second of work. */
const BATCH = 4;

const trackerOf = (hash: string): string => base64(Uint8Array.from(hash.match(/../g) ?? [], (pair) => parseInt(pair, 16)));

/** What the ballots need to know of the rest. */
export interface Surroundings {
    readonly ledger: Ledger;
    readonly crew: Crew;
    /** The tracker of a ballot to look for. */
    readonly tracker: string | undefined;
    readonly progress: (done: number) => void;
}

/** Keeps of each ballot its hash, and of each credential the last; the bytes go to the hands. */
export class BallotBox {
    /** The ballot that was looked for. */
    found: Found | null = null;
    /** Ballots so far, judged or not. */
    count = 0;
    private unjudged = 0;
    private judged = 0;
    private batch: Member[] = [];
    private readonly line: Line<() => void>;
    private readonly seen = new Set<string>();
    private readonly latest = new Map<string, { readonly hash: string; readonly weight: bigint }>();
    private readonly replaced = new Set<string>();

    constructor(private readonly around: Surroundings) {
        this.line = new Line(around.crew.room, (finish) => finish());
    }

    /** The next ballot of the board. Before the election and its credentials are known, there is nothing to judge it by. */
    async add(event: Event, member: Member): Promise<void> {
        const { ledger, tracker } = this.around;
        this.count += 1;
        if (tracker !== undefined && this.found === null && trackerOf(member.hash) === tracker) {
            this.found = { height: event.height, event: event.hash, holds: undefined };
        }
        if (!ledger.sound(3) || !ledger.sound(5)) {
            this.unjudged += 1;
            return;
        }
        this.batch.push(member);
        if (this.batch.length === BATCH) await this.handOver();
    }

    /** Until every ballot that came is judged. */
    async settle(): Promise<void> {
        await this.handOver();
        await this.line.finish();
    }

    private async handOver(): Promise<void> {
        const members = this.batch;
        if (members.length === 0) return;
        this.batch = [];
        const hashes = members.map(({ hash }) => hash);
        const work = this.around.crew.any("ballots", { ballots: members.map(({ data }) => data) });
        await this.line.add(work.then((judged) => () => this.enter(hashes, judged)));
    }

    /** The verdicts on a batch, in the order of the board. */
    private enter(hashes: readonly string[], judged: readonly Judged[]): void {
        const { ledger, tracker: sought, progress } = this.around;
        judged.forEach((one, i) => {
            const hash = hashes[i] ?? "";
            const tracker = trackerOf(hash);
            this.judged += 1;
            const where = `ballot ${this.judged + this.unjudged} (${tracker})`;
            const twice = this.seen.has(hash);
            if (one.refusal !== undefined) ledger.refuse(6, one.refusal, where);
            else if (twice) ledger.refuse(6, new VerificationError("§7.1", "the same ballot twice"), where);
            else {
                const earlier = this.latest.get(one.credential);
                if (earlier !== undefined) this.replaced.add(earlier.hash);
                this.latest.set(one.credential, { hash, weight: one.weight });
            }
            this.seen.add(hash);
            if (tracker === sought && this.found !== null && !twice) this.found = { ...this.found, holds: one.refusal === undefined };
        });
        progress(this.judged);
    }

    /** The note of the check, and the tally of the ballots that count if all of them hold. `pieces` gives the archive again. */
    async finish(election: () => Election, pieces: () => AsyncIterable<Uint8Array>): Promise<{ note: string; tally?: EncryptedTally<unknown> }> {
        const { ledger, crew } = this.around;
        ledger.need(3, 5);
        // Ballots before Setup: the order of the events is wrong.
        if (this.unjudged > 0) throw new Unfounded([2]);
        if (ledger.refused(6) > 0) return { note: `${ledger.refused(6)} of ${counted(this.count, "ballot")} refused` };
        await this.takeOutReplaced(pieces);
        const rows = combined(election(), await crew.all("product", null));
        const totalWeight = [...this.latest.values()].reduce((sum, { weight }) => sum + weight, 0n);
        const replaced = this.count - this.latest.size;
        return {
            note: counted(this.count, "ballot") + (replaced > 0 ? `, ${replaced} replaced by a later one` : ""),
            tally: { rows, numTallied: BigInt(this.latest.size), totalWeight },
        };
    }

    /** Only the last ballot of a credential counts, protocol.md §8.1: read the archive again for those that it replaces. */
    private async takeOutReplaced(pieces: () => AsyncIterable<Uint8Array>): Promise<void> {
        const { crew } = this.around;
        const wanted = new Set(this.replaced);
        if (wanted.size === 0) return;
        const reader = new ArchiveReader(() => undefined);
        const line = new Line<null>(crew.room, () => undefined);
        for await (const piece of pieces()) {
            for (const { kind, hash, data } of reader.push(piece)) {
                if (kind === "data" && wanted.delete(hash)) await line.add(crew.any("replace", { ballot: data }));
            }
            if (wanted.size === 0) break;
        }
        await line.finish();
        if (wanted.size > 0) throw new VerificationError("§11.2", "the archive was changed while it was being verified");
    }
}

/** The products of all hands in one. */
function combined(election: Election, products: readonly RowTexts[]): Rows<unknown> {
    const { group } = election;
    const parse = (text: string): unknown => group.parse(text, "§8.2", "product");
    return products.reduce<Rows<unknown>>(
        (product, rows) =>
            multiplyRows(
                group,
                product,
                rows.map((row) => row.map(({ alpha, beta }) => ({ alpha: parse(alpha), beta: parse(beta) }))),
            ),
        emptyRows(election),
    );
}
