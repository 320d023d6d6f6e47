// SPDX-License-Identifier: Apache-2.0
/** Threshold trustees: any T of m members hold one key together, protocol.md §6.4. */
import { count, dumps, fields, type Json, list, loads } from "./canonical";
import { VerificationError, within } from "./errors";
import type { Group } from "./group";
import { checkSignedText, parseKey, parseSigned, type SignedMessage } from "./knowledge";
import { parseProof } from "./proofs";
import { parseTrusteeKey, type TrusteeKey } from "./trustee-key";

const SECTION = "§6.4";

/** cert_z: a member's keys for messages, signed by the member, protocol.md §6.3. */
interface Certificate<E> {
    readonly verification: E;
    readonly encryption: E;
    readonly signed: SignedMessage;
}

/** What a group of threshold trustees holds, checked. */
export interface Threshold<E> {
    /** T */
    readonly threshold: number;
    /** The verification keys of the members, in the order of their indices. */
    readonly keys: readonly TrusteeKey<E>[];
    /** Π_i A_i0 */
    readonly subKey: E;
}

/**
 * Raise, naming the member, unless a key was established by the rules, protocol.md §6.4.
 *
 * 1. four lists of one length m, 1 <= T <= m; the signatures that bind the certificates are there (§6.3)
 * 2. certificates: contexts, keys, signatures; no key twice nor beside its inverse
 * 3. coefexps: exactly T members of the group each, and both signatures
 * 4. verification keys: proven, signed by the member, and what follows from everybody's coefexps; none twice
 * 5. the sub-key is not the identity
 *
 * (2), (3) and (5) refuse the identity and repeated keys, which protocol.md §6.4 does not ask: stricter.
 */
export function checkThresholdParameters<E>(value: Json | undefined, group: Group<E>): Threshold<E> {
    // (1)
    const what = "threshold parameters";
    const tp = fields(value, ["threshold", "certs", "coefexps", "?signatures", "verification_keys"], SECTION, what);
    if (!("signatures" in tp)) throw new VerificationError("§6.3", `${what}: the signatures that bind the certificates are missing`);
    const threshold = count(tp["threshold"], SECTION, `threshold of ${what}`);
    const certs = list(tp["certs"], SECTION, "certs");
    const size = certs.length;
    const coefexps = list(tp["coefexps"], SECTION, "coefexps", size);
    const signatures = list(tp["signatures"], SECTION, "signatures", size);
    const keys = list(tp["verification_keys"], SECTION, "verification_keys", size);
    if (threshold < 1 || threshold > size) throw new VerificationError(SECTION, `a threshold of ${threshold} does not suit ${size} members`);
    // (2)
    const members = certs.map((cert, i) => within(`member ${i + 1}`, () => parseCertificate(cert, group, { size, threshold, index: i + 1 })));
    checkDistinct(
        group,
        members.flatMap(({ verification, encryption }) => [verification, encryption]),
        "a key for messages",
    );
    // (3)
    const bound = members.map(({ signed }) => signed.json);
    const commitments = members.map(({ verification }, i) =>
        within(`member ${i + 1}`, () => parseCoefexps(coefexps[i], signatures[i], { group, threshold, bound, verification })),
    );
    // (4) The coefficients of the sum of all polynomials, which is the one that nobody knows.
    const summed = Array.from({ length: threshold }, (_, k) =>
        commitments.reduce((product, elements) => group.multiply(product, elements[k] ?? group.identity), group.identity),
    );
    const found = members.map(({ verification }, i) =>
        within(`member ${i + 1}`, () => {
            const key = parseTrusteeKey(keys[i], group, verification);
            if (!group.equal(key.key, inExponent(group, summed, BigInt(i + 1)))) {
                throw new VerificationError(SECTION, "the verification key does not follow from the coefexps");
            }
            return key;
        }),
    );
    if (new Set(found.map(({ publicKey }) => publicKey)).size < size) throw new VerificationError(SECTION, "two members have the same verification key");
    // (5)
    const subKey = summed[0] ?? group.identity;
    if (group.equal(subKey, group.identity)) throw new VerificationError(SECTION, "the sub-key of the threshold trustees is the identity");
    return { threshold, keys: found, subKey };
}

function parseCertificate<E>(
    value: Json,
    group: Group<E>,
    { size, threshold, index }: { readonly size: number; readonly threshold: number; readonly index: number },
): Certificate<E> {
    const signed = parseSigned(value, group, SECTION, "certificate");
    const certificate = fields(loads(signed.message, SECTION), ["context", "verification", "encryption"], SECTION, "certificate");
    const context = fields(certificate["context"], ["group", "size", "threshold", "index"], SECTION, "context of the certificate");
    for (const [name, wanted] of Object.entries({ group: group.name, size, threshold, index })) {
        if (context[name] !== wanted) throw new VerificationError(SECTION, `certificate: ${name} is not ${wanted}`);
    }
    const verification = parseKey(certificate["verification"], group, SECTION, "verification key of the certificate");
    const encryption = parseKey(certificate["encryption"], group, SECTION, "encryption key of the certificate");
    checkSignedText(group, signed.message, signed.signature, verification, SECTION, "the certificate");
    return { verification, encryption, signed };
}

/** One member's commitments to its polynomial, signed alone and together with all certificates, protocol.md §6.3. */
function parseCoefexps<E>(
    value: Json | undefined,
    binding: Json | undefined,
    by: { readonly group: Group<E>; readonly threshold: number; readonly bound: readonly Json[]; readonly verification: E },
): E[] {
    const { group, threshold, bound, verification } = by;
    const signed = parseSigned(value, group, SECTION, "coefexps");
    const texts = list(fields(loads(signed.message, SECTION), ["coefexps"], SECTION, "coefexps")["coefexps"], SECTION, "coefexps", threshold);
    // A part of small order could cancel between two members and stay invisible in their sum.
    const elements = texts.map((text, k) => parseKey(text, group, SECTION, `coefexps entry ${k}`));
    checkSignedText(group, signed.message, signed.signature, verification, SECTION, "coefexps");
    const together = `certs_sig|${dumps({ certs: bound, coefexps: texts })}`;
    const signature = parseProof(binding, group.q, SECTION, "signature that binds the certificates");
    checkSignedText(group, together, signature, verification, SECTION, "certificates and coefexps");
    return elements;
}

/** Π_k A_k^(index^k), by Horner's rule: g^f(index) for the polynomial f under the commitments, protocol.md §6.3. */
function inExponent<E>(group: Group<E>, elements: readonly E[], index: bigint): E {
    return elements.reduceRight((total, element) => group.multiply(group.power(total, index), element), group.identity);
}

/** Raise VerificationError when an element comes twice, or beside its inverse. */
function checkDistinct<E>(group: Group<E>, elements: readonly E[], what: string): void {
    const seen = new Set<string>();
    for (const element of elements) {
        const forms = group.serialise([element, group.inverse(element)]);
        if (forms.some((form) => seen.has(form))) throw new VerificationError(SECTION, `${what} comes twice, or beside its inverse`);
        seen.add(forms[0] ?? "");
    }
}
