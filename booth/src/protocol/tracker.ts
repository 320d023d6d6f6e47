// SPDX-License-Identifier: Apache-2.0
/** The ballot's name on the board, protocol.md §7.6. */
import { hashBase64 } from "./hash";

/** b64(SHA(bytes of the whole ballot)): 43 characters, protocol.md §7.6. */
export const tracker = (ballot: string): string => hashBase64(ballot);
