// SPDX-License-Identifier: Apache-2.0
/** The public list of credentials, with their weights, protocol.md §5.3. */
import { list, loads, string } from "./canonical";
import { textOf } from "./encoding";
import { Malformed, VerificationError } from "./errors";
import type { Group } from "./group";
import { parseKey } from "./knowledge";

const SECTION = "§5.3";

/** An entry of the list in form: whose membership is still to be checked. */
export interface Listed {
    readonly credential: string;
    readonly weight: bigint;
}

/** The entries of public_creds.json as texts, protocol.md §5.3. Raises Malformed. */
export function parseCredentials(data: Uint8Array): string[] {
    const what = "public credentials";
    return list(loads(textOf(data, SECTION, what), SECTION), SECTION, what).map((entry) => string(entry, SECTION, "credential"));
}

/** One entry, `PUB` or `PUB,WEIGHT`, protocol.md §5.3. Raises Malformed. */
export function parseEntry(entry: string): Listed {
    const comma = entry.indexOf(",");
    if (comma < 0) return { credential: entry, weight: 1n };
    const written = entry.slice(comma + 1);
    if (!/^[1-9][0-9]{0,11}$/.test(written)) throw new Malformed(SECTION, "weight: not a canonical decimal number from 1");
    return { credential: entry.slice(0, comma), weight: BigInt(written) };
}

/** Raise unless a credential is a member of the group and not the identity, for which everybody could sign, protocol.md §5.3. */
export function checkCredential<E>(credential: string, group: Group<E>): void {
    parseKey(credential, group, SECTION, "credential");
}

/** Credential → weight, refusing one that comes twice, protocol.md §5.3; for those who only look credentials up. */
export function weights(entries: readonly string[]): Map<string, bigint> {
    const found = new Map<string, bigint>();
    for (const entry of entries) {
        const { credential, weight } = parseEntry(entry);
        if (found.has(credential)) throw new VerificationError(SECTION, "a credential is listed twice");
        found.set(credential, weight);
    }
    return found;
}

