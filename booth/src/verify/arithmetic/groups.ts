// SPDX-License-Identifier: Apache-2.0
/** The groups of protocol/groups.ts with the fastest arithmetic for public data, protocol.md §3. */
import { BELENIOS_2048 } from "../../protocol/belenios2048";
import type { Group } from "../../protocol/group";
import { groupNamed } from "../../protocol/groups";
import { PUBLIC_ED25519 } from "./ed25519";

/** A group whose `power` uses the tables that `fixedBase` made before. */
function remembering(group: Group<bigint>): Group<bigint> {
    const tables = new Map<bigint, (k: bigint) => bigint>();
    return {
        ...group,
        power: (a, k) => tables.get(a)?.(k) ?? group.power(a, k),
        fixedBase(a) {
            const table = tables.get(a) ?? group.fixedBase(a);
            tables.set(a, table);
            return table;
        },
    };
}

const PUBLIC_BELENIOS_2048 = remembering(BELENIOS_2048);

/** The group of an election for checking it. Raises Unsupported or Malformed, §3.1. */
export function publicGroupNamed(name: string): Group<unknown> {
    if (name === PUBLIC_ED25519.name) return PUBLIC_ED25519;
    if (name === BELENIOS_2048.name) return PUBLIC_BELENIOS_2048;
    return groupNamed(name);
}
