// SPDX-License-Identifier: Apache-2.0
/** The TypeScript twin of the protocol, protocol.md §3 to §7. The worker imports the parts it needs, to stay small. */
import { type Election, parseElection as parse } from "./election";
import { groupNamed } from "./groups";

/** Read election.json of any group this program knows, protocol.md §4.3; `groups` may give another arithmetic. */
export const parseElection = (text: string, groups = groupNamed): Election => parse(text, groups);

export { sealBallot, type SealedBallot, type SealOptions, signBallot } from "./ballot";
export { type Bases, makeBases } from "./bases";
export { BELENIOS_2048 } from "./belenios2048";
export { checkBallot, type CheckedBallot } from "./check";
export { type CredentialKey, CredentialShape, deriveCredential, normaliseCredential } from "./credential";
export { ED25519 } from "./ed25519";
export type { Election, Question } from "./election";
export { Malformed, SandoghError, Unsupported, VerificationError } from "./errors";
export type { Group } from "./group";
export { groupNamed };
export { checkOpening, type Opening, openingFragment, openingText, parseFragment, parseOpening } from "./opening";
export { type Draw, freshSeed, seededDraw } from "./scalar";
export { tracker } from "./tracker";
export { voteCode } from "./vote-code";
