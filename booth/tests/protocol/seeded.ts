// SPDX-License-Identifier: Apache-2.0
/** Draws that can be repeated, for tests only. */
import type { Draw } from "../../src/protocol";
import { hashInteger } from "../../src/protocol/hash";

/** The stream that tests/twins draws from the same seed: INT(SHA("twin|seed|n")) modulo the bound. */
export function seeded(seed: string): Draw {
    let n = 0;
    return (bound) => hashInteger(`twin|${seed}|${n++}`) % bound;
}
