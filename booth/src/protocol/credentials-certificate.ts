// SPDX-License-Identifier: Apache-2.0
/** The certificate by which a credential authority vouches for the public list as its own, protocol.md §5.4. */
import { dumps, fields, loads, string } from "./canonical";
import type { Election } from "./election";
import { textOf } from "./encoding";
import { Malformed, VerificationError } from "./errors";
import { hashHex } from "./hash";
import { checkSignedText, parseKey, parseSigned } from "./knowledge";
import { bigCount, hashHexField } from "./shapes";

const SECTION = "§5.4";
const FIELDS = ["uuid", "voter_list_length", "public_creds_hash", "verification_key", "encryption_key", "?signature"];

/**
 * Raise unless the owner of its key vouches for this very list, protocol.md §5.4. `list` is the hex hash of the list, `voters` its length.
 *
 * 1. in form, both keys members of the group, neither the identity: stricter than §3.1
 * 2. of this election, of this list, of as many credentials as are listed
 * 3. signed, by its own verification key, over all the rest
 */
export function checkCredentialsCertificate<E>(data: Uint8Array, { group, uuid }: Election<E>, list: string, voters: number): void {
    // (1)
    const what = "credentials certificate";
    const certificate = fields(loads(textOf(data, SECTION, what), SECTION), FIELDS, SECTION, what);
    const verification = parseKey(certificate["verification_key"], group, SECTION, "verification key");
    parseKey(certificate["encryption_key"], group, SECTION, "encryption key");
    const length = bigCount(certificate["voter_list_length"], SECTION, "voter list length");
    const hash = hashHexField(certificate["public_creds_hash"], SECTION, "public credentials hash");
    // (2)
    if (string(certificate["uuid"], SECTION, "uuid") !== uuid) throw new VerificationError(SECTION, "the certificate is of another election");
    if (hash !== list) throw new VerificationError(SECTION, "the certificate is of another list of credentials");
    if (length !== BigInt(voters)) throw new VerificationError(SECTION, `the certificate is of ${length} voters where ${voters} are listed`);
    // (3)
    if (!("signature" in certificate)) throw new Malformed(SECTION, "the certificate is not signed");
    const signed = parseSigned(certificate["signature"], group, SECTION, what);
    const statement = hashHex(dumps(Object.fromEntries(Object.entries(certificate).filter(([name]) => name !== "signature"))));
    if (signed.message !== statement) throw new VerificationError(SECTION, "the signature is of another certificate");
    checkSignedText(group, signed.message, signed.signature, verification, SECTION, what);
}
