// SPDX-License-Identifier: Apache-2.0
/** The groups this booth knows, by name, protocol.md §3.1. */
import { BELENIOS_2048 } from "./belenios2048";
import { ED25519 } from "./ed25519";
import { Malformed, Unsupported } from "./errors";
import type { Group } from "./group";

/** The group of an election; its elements are opaque to everyone but the group itself, protocol.md §3.1. */
export function groupNamed(name: string): Group<unknown> {
    if (name === ED25519.name) return ED25519;
    if (name === BELENIOS_2048.name) return BELENIOS_2048;
    if (name === "RFC-3526-2048") throw new Unsupported("§3.1", `group ${name}`);
    throw new Malformed("§3.1", `unknown group ${JSON.stringify(name)}`);
}
