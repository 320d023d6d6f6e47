// SPDX-License-Identifier: Apache-2.0
/** The eight digits the voter texts: they confirm this very sealed ballot in this session (protocol.md §16). Not part of Belenios. */
import { hashInteger } from "./hash";

export function voteCode(sessionId: string, ballotHash: string): string {
    return (hashInteger(`sandogh-vote-code/1|${sessionId}|${ballotHash}`) % 100_000_000n).toString().padStart(8, "0");
}
