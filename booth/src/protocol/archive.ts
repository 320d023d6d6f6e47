// SPDX-License-Identifier: Apache-2.0
/** Reading the `.bel` archive as it arrives: an append-only tar of hashed members, protocol.md §11.1, §11.2. */
import { sha256 } from "@noble/hashes/sha2.js";
import { fields, loads } from "./canonical";
import { hex, textOf, utf8 } from "./encoding";
import { Malformed, type SandoghError, Truncated, VerificationError, within } from "./errors";

const BLOCK = 512;
const HEADER_NAME = "BELENIOS";
const MEMBER_NAME = /^([0-9a-f]{64})\.(data|event)\.json$/;

/** No member is this large; a forged header must not make a reader hold gigabytes. */
const LARGEST_MEMBER = 256 * 1024 * 1024;

/** What eleven octal digits can hold. */
const LARGEST_TIMESTAMP = 8 ** 11 - 1;

export type Kind = "data" | "event";

/** A member: `hash` is the digest of `data`. */
export interface Member {
    readonly kind: Kind;
    readonly hash: string;
    readonly data: Uint8Array;
}

/** Told of what does not hold where reading can go on all the same. */
export type Complaint = (refusal: SandoghError) => void;

/** The only header these three values can have, protocol.md §11.1. */
export function tarHeader(name: string, size: number, timestamp: number): Uint8Array {
    const header = new Uint8Array(BLOCK);
    const write = (at: number, text: string): void => header.set(utf8(text), at);
    write(0, name);
    write(100, "0000644");
    write(108, "0000000");
    write(116, "0000000");
    write(124, size.toString(8).padStart(11, "0"));
    write(136, timestamp.toString(8).padStart(11, "0"));
    write(148, "        0");
    const sum = header.reduce((total, byte) => total + byte, 0);
    write(148, `${sum.toString(8).padStart(6, "0")}\0 `);
    return header;
}

interface Entry {
    readonly name: string;
    readonly size: number;
    readonly timestamp: number;
}

/**
 * Takes an archive piece by piece and gives its members in order; holds no more than one member, protocol.md §11.1, §11.2.
 *
 * 1. the first member is BELENIOS, and says version 1 and the timestamp of all members
 * 2. each header is the one that its name, size and timestamp give
 * 3. each body is complete and padded with NUL to the block
 * 4. each name is the hash of the contents and one of the two kinds
 *
 * Faults after which the next member can still be found are told to `complain`; others are thrown, and reading is then over.
 */
export class ArchiveReader {
    private readonly pieces: Uint8Array[] = [];
    private held = 0;
    private place = 0;
    private entry: Entry | undefined;
    private timestamp: number | undefined;

    constructor(private readonly complain: Complaint) {}

    /** The members that are complete with this piece. Raises Malformed. */
    *push(piece: Uint8Array): Generator<Member> {
        if (piece.length > 0) this.pieces.push(piece);
        this.held += piece.length;
        for (;;) {
            if (this.entry === undefined) {
                if (this.held < BLOCK) return;
                this.entry = within(`member ${this.place}`, () => this.header(this.take(BLOCK)));
            }
            const { size } = this.entry;
            const padding = -size & (BLOCK - 1);
            if (this.held < size + padding) return;
            const data = this.take(size);
            const rest = this.take(padding);
            const member = this.member(this.entry, data, rest);
            this.entry = undefined;
            this.place += 1;
            if (member !== undefined) yield member;
        }
    }

    /** After the last piece. Raises Truncated when the archive breaks off. */
    end(): void {
        if (this.entry !== undefined) throw placed(new Truncated("§11.1", "the archive ends within a member"), this.place);
        if (this.held > 0) throw placed(new Truncated("§11.1", "the archive ends within a header"), this.place);
        if (this.place === 0) throw new Truncated("§11.1", "the archive is empty");
    }

    /** Exactly so many bytes of those held. */
    private take(size: number): Uint8Array {
        const bytes = new Uint8Array(size);
        let at = 0;
        let used = 0;
        for (const piece of this.pieces) {
            if (at === size) break;
            const part = piece.subarray(0, size - at);
            bytes.set(part, at);
            at += part.length;
            if (part.length < piece.length) {
                this.pieces[used] = piece.subarray(part.length);
                break;
            }
            used += 1;
        }
        this.pieces.splice(0, used);
        this.held -= size;
        return bytes;
    }

    private header(bytes: Uint8Array): Entry {
        const field = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
        const name = field(0, 100).replace(/\0+$/, "");
        const [size, timestamp] = [field(124, 136), field(136, 148)];
        if (!/^[\0-\x7f]*$/.test(name) || !/^[0-7]{11}\0$/.test(size) || !/^[0-7]{11}\0$/.test(timestamp)) {
            throw new Malformed("§11.1", "not a tar header of this kind of archive");
        }
        const entry = { name, size: parseInt(size, 8), timestamp: parseInt(timestamp, 8) };
        if (name.length >= 100 || !tarHeader(name, entry.size, entry.timestamp).every((byte, i) => byte === bytes[i])) {
            this.tell(new Malformed("§11.1", "the tar header is not the one that its name, size and timestamp give"));
        }
        if (entry.size > LARGEST_MEMBER) throw new Malformed("§11.1", `a member of ${entry.size} bytes is larger than any that occurs`);
        return entry;
    }

    private member({ name, timestamp }: Entry, data: Uint8Array, padding: Uint8Array): Member | undefined {
        if (padding.some((byte) => byte !== 0)) this.tell(new Malformed("§11.1", "the padding after a member is not NUL"));
        // (1)
        if (this.timestamp === undefined) {
            if (name !== HEADER_NAME) throw placed(new Malformed("§11.1", "the archive does not begin with the member BELENIOS"), 0);
            this.timestamp = timestamp;
            try {
                if (timestampIn(data) !== timestamp) throw new Malformed("§11.1", "the header's timestamp is not that of its member");
            } catch (error) {
                if (!(error instanceof Malformed)) throw error;
                this.tell(error);
            }
            return undefined;
        }
        if (timestamp !== this.timestamp) this.tell(new Malformed("§11.1", "another timestamp than that of the archive"));
        // (4)
        const [, named, kind] = MEMBER_NAME.exec(name) ?? [];
        if (named === undefined) {
            this.tell(new Malformed("§11.2", `member name ${JSON.stringify(name.slice(0, 80))} is neither a data nor an event member`));
            return undefined;
        }
        const hash = hex(sha256(data));
        if (hash !== named) this.tell(new VerificationError("§11.2", "the contents do not have the hash that the name says"));
        return { kind: kind === "data" ? "data" : "event", hash, data };
    }

    private tell(refusal: SandoghError): void {
        this.complain(placed(refusal, this.place));
    }
}

function placed<E extends SandoghError>(refusal: E, place: number): E {
    refusal.where = `member ${place}`;
    return refusal;
}

/** What the BELENIOS member says; upstream writes the timestamp as a string, and an integer is taken as well, protocol.md §11.1. */
function timestampIn(data: Uint8Array): number {
    const what = "archive header";
    const header = fields(loads(textOf(data, "§11.1", what), "§11.1"), ["version", "timestamp"], "§11.1", what);
    if (header["version"] !== 1) throw new Malformed("§11.1", "archive header: version is not 1");
    const written = header["timestamp"];
    const timestamp = typeof written === "string" && /^(?:0|[1-9][0-9]{0,10})$/.test(written) ? Number(written) : written;
    if (typeof timestamp !== "number" || timestamp < 0 || timestamp > LARGEST_TIMESTAMP) {
        throw new Malformed("§11.1", "archive header: timestamp is not a number of seconds");
    }
    return timestamp;
}
