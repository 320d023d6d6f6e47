// SPDX-License-Identifier: Apache-2.0
/** Events: the chain that the board is, and the order in which an election may happen, protocol.md §11.3, §11.4, §12.2. */
import type { Complaint, Member } from "./archive";
import { count, fields, type Json, loads, string } from "./canonical";
import { textOf } from "./encoding";
import { Malformed, SandoghError, VerificationError, within } from "./errors";
import { hashHexField } from "./shapes";

const SECTION = "§11.3";

export const EVENT_TYPES = ["Setup", "Ballot", "EndBallots", "EncryptedTally", "Shuffle", "EndShuffles", "PartialDecryption", "Result"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** How many data members stand before an event of each type. The second form of Setup has a credentials certificate, protocol.md §11.4. */
const DATA_MEMBERS: Readonly<Record<EventType, readonly number[]>> = {
    Setup: [4, 5],
    Ballot: [1],
    EndBallots: [0],
    EncryptedTally: [2],
    Shuffle: [2],
    EndShuffles: [0],
    PartialDecryption: [2],
    Result: [1],
};

const AFTER: Readonly<Record<EventType | "nothing", readonly EventType[]>> = {
    nothing: ["Setup"],
    Setup: ["Ballot", "EndBallots"],
    Ballot: ["Ballot", "EndBallots"],
    EndBallots: ["EncryptedTally"],
    EncryptedTally: ["PartialDecryption"],
    Shuffle: ["Shuffle", "EndShuffles"],
    EndShuffles: ["PartialDecryption"],
    PartialDecryption: ["PartialDecryption", "Result"],
    Result: [],
};

/** One link of the chain, protocol.md §11.3. */
export interface Event {
    readonly parent: string | undefined;
    readonly height: number;
    readonly type: EventType;
    readonly payload: string | undefined;
    /** hex(SHA(bytes)): the parent of the next event. */
    readonly hash: string;
}

/** An event and the data members that stand before it, the last of them its payload. */
export interface Entry {
    readonly event: Event;
    readonly data: readonly Member[];
}

const isEventType = (name: string): name is EventType => (EVENT_TYPES as readonly string[]).includes(name);

/** Read an event's member, protocol.md §11.3. Raises Malformed. */
export function parseEvent({ data, hash }: Member): Event {
    const value = fields(loads(textOf(data, SECTION, "event"), SECTION), ["?parent", "height", "type", "?payload"], SECTION, "event");
    const type = string(value["type"], SECTION, "event type");
    if (!isEventType(type)) throw new Malformed(SECTION, `event: type ${JSON.stringify(type.slice(0, 40))} is unknown`);
    const height = count(value["height"], SECTION, "height");
    const parent = "parent" in value ? hashHexField(value["parent"], SECTION, "parent") : undefined;
    const payload = "payload" in value ? hashHexField(value["payload"], SECTION, "payload") : undefined;
    if ((parent === undefined) !== (height === 0)) throw new Malformed(SECTION, "event: exactly the first one, at height 0, has no parent");
    const carries = type !== "EndBallots" && type !== "EndShuffles";
    if ((payload !== undefined) !== carries) throw new Malformed(SECTION, `event: ${type} ${carries ? "must carry" : "carries no"} payload`);
    return { parent, height, type, payload, hash };
}

/** Raise VerificationError unless the event follows the previous one in the chain, protocol.md §11.3. */
export function checkLink(event: Event, previous: Event | undefined): void {
    if (previous === undefined) {
        if (event.parent !== undefined) throw new VerificationError(SECTION, "the first event names a parent");
        return;
    }
    if (event.height !== previous.height + 1) throw new VerificationError(SECTION, `height ${event.height} where ${previous.height + 1} belongs`);
    if (event.parent !== previous.hash) throw new VerificationError(SECTION, "the parent is not the event before");
}

/** Raise VerificationError unless these are the event's own data members, protocol.md §11.4. */
export function checkLayout(event: Event, data: readonly Member[]): void {
    const wanted = DATA_MEMBERS[event.type];
    if (!wanted.includes(data.length)) {
        throw new VerificationError("§11.4", `${data.length} data members before ${event.type} where ${wanted.join(" or ")} belong`);
    }
    const payload = data[data.length - 1];
    if (payload === undefined) return;
    if (event.payload !== payload.hash) throw new VerificationError("§11.4", `the payload of ${event.type} is not the data member before it`);
    if (namedBy(event.type, payload.data).join() !== data.slice(0, -1).map(({ hash }) => hash).join()) {
        throw new VerificationError("§11.4", `the payload of ${event.type} does not name the data members before it`);
    }
}

/** The hashes that a payload names, in order, protocol.md §11.4. */
function namedBy(type: EventType, payload: Uint8Array): string[] {
    if (type === "Setup") {
        const layout = ["election", "trustees", "credentials", "?credentials_certificate"];
        const setup = fields(loads(textOf(payload, "§11.4", "setup data"), "§11.4"), layout, "§11.4", "setup data");
        return Object.entries(setup).map(([name, hash]) => hashHexField(hash, "§11.4", name));
    }
    if (type === "EncryptedTally") return [hashHexField(parseSized(payload)["encrypted_tally"], "§8.3", "encrypted_tally")];
    if (type === "Shuffle" || type === "PartialDecryption") return [parseOwned(payload).payload];
    return [];
}

/** sized_encrypted_tally in form, protocol.md §8.3. */
export function parseSized(data: Uint8Array): Readonly<Record<string, Json>> {
    const what = "sized encrypted tally";
    return fields(loads(textOf(data, "§8.3", what), "§8.3"), ["num_tallied", "total_weight", "encrypted_tally"], "§8.3", what);
}

/** Payload of PartialDecryption and Shuffle: whose it is (from 1), and its hash, protocol.md §9.3, §10.1. */
export function parseOwned(data: Uint8Array): { readonly owner: number; readonly payload: string } {
    const value = fields(loads(textOf(data, "§10.1", "owned object"), "§10.1"), ["owner", "payload"], "§10.1", "owned object");
    return { owner: count(value["owner"], "§10.1", "owner"), payload: hashHexField(value["payload"], "§10.1", "payload") };
}

/**
 * The order of the events, one after the other, protocol.md §12.2: stricter than upstream, which lets ballots vanish.
 *
 * Whether there should be shuffles at all is a matter of the questions; the grammar takes either.
 */
export class Grammar {
    private previous: EventType | undefined;
    private height = 0;

    /** Raise VerificationError unless an event of this type may happen now. */
    next(type: EventType): void {
        const { previous } = this;
        const place = `event ${this.height}`;
        this.previous = type;
        this.height += 1;
        const allowed = AFTER[previous ?? "nothing"].includes(type) || (previous === "EncryptedTally" && type === "Shuffle");
        if (allowed) return;
        within(place, () => {
            throw new VerificationError("§12.2", `${type} is not allowed ${previous === undefined ? "at the beginning" : `after ${previous}`}`);
        });
    }

    /** Raise VerificationError if nothing happened. */
    end(): void {
        if (this.height === 0) throw new VerificationError("§12.2", "no event at all");
    }
}

/** Groups members into events with their data, checking links and layout as they come, protocol.md §11.3, §11.4. */
export class Chain {
    private previous: Event | undefined;
    private data: Member[] = [];
    private height = 0;

    constructor(private readonly complain: Complaint) {}

    /** The event that this member completes. Raises Malformed for an event that cannot be read. */
    add(member: Member): Entry | undefined {
        if (member.kind === "data") {
            this.data.push(member);
            return undefined;
        }
        const place = `event ${this.height}`;
        const event = within(place, () => parseEvent(member));
        const { data, previous } = this;
        for (const check of [() => checkLink(event, previous), () => checkLayout(event, data)]) {
            try {
                within(place, check);
            } catch (error) {
                if (!(error instanceof SandoghError)) throw error;
                this.complain(error);
            }
        }
        this.previous = event;
        this.data = [];
        this.height += 1;
        return { event, data };
    }

    /** After the last member. */
    end(): void {
        if (this.data.length > 0) this.complain(new VerificationError("§11.4", `${this.data.length} data members after the last event`));
    }
}
