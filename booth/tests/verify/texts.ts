// SPDX-License-Identifier: Apache-2.0
/** The events of an archive as the server hands them out for the check of one ballot. */
import { readFileSync } from "node:fs";
import { ArchiveReader } from "../../src/protocol/archive";
import { hashBase64 } from "../../src/protocol/hash";
import { tracker } from "../../src/protocol/tracker";
import { Chain } from "../../src/protocol/events";
import type { RecordTexts } from "../../src/verify/one-ballot";
import { folder } from "../protocol/archives";

export interface BallotText {
    readonly record: RecordTexts;
    readonly tracker: string;
    readonly height: number;
    readonly event: string;
}

export function archiveTexts(file: string): { setup: RecordTexts; ballots: BallotText[]; fingerprint: string } {
    const refuse = (refusal: Error): never => {
        throw refusal;
    };
    const chain = new Chain(refuse);
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    const found = { setup: undefined as RecordTexts | undefined, ballots: [] as BallotText[] };
    for (const member of new ArchiveReader(refuse).push(readFileSync(folder + file))) {
        const entry = chain.add(member);
        if (entry === undefined) continue;
        const record = { event: text(member.data), members: entry.data.map(({ data }) => text(data)) };
        if (entry.event.type === "Setup") found.setup = record;
        if (entry.event.type === "Ballot") {
            found.ballots.push({ record, tracker: tracker(record.members[0]!), height: entry.event.height, event: entry.event.hash });
        }
    }
    const setup = found.setup!;
    return { setup, ballots: found.ballots, fingerprint: hashBase64(setup.members[0]!) };
}
