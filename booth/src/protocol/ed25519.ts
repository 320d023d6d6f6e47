// SPDX-License-Identifier: Apache-2.0
/**
 * The group Ed25519, protocol.md §3.3: the prime-order subgroup of the twisted Edwards curve.
 *
 * Only the curve arithmetic is taken from noble: no clamping, no signature scheme, no cofactor rules of RFC 8032.
 */
import { FpInvertBatch } from "@noble/curves/abstract/modular.js";
import { type EdwardsPoint, edwards } from "@noble/curves/abstract/edwards.js";
import { string } from "./canonical";
import { Malformed, VerificationError } from "./errors";
import type { Group } from "./group";

const SECTION = "§3.3";
const P = 2n ** 255n - 19n;
const Q = 2n ** 252n + 27742317777372353535851937790883648493n;

const Point = edwards({
    p: P,
    n: Q,
    h: 8n,
    a: P - 1n,
    d: 37095705934669439343138083508754565189542113879843219016388785533085940283555n,
    Gx: 15112221349535400772501151409588531511454012693041857206046113283949847762202n,
    Gy: 46316835694926478169428394003475163141307993866256225615783033603165251855960n,
});

/** Window of the tables for secret exponents: 33 windows of 128 points, about 60 ms to make once and half a megabyte. */
const WINDOW = 8;

/** z = y with the parity of x on top, as 64 hex digits, most significant first: the reverse of RFC 8032, protocol.md §3.3. */
function text(x: bigint, y: bigint): string {
    return (y | ((x & 1n) << 255n)).toString(16).padStart(64, "0");
}

export const ED25519: Group<EdwardsPoint> = {
    name: "Ed25519",
    q: Q,
    generator: Point.BASE,
    identity: Point.ZERO,

    parse(value, section, what) {
        const written = string(value, section, what);
        if (!/^[0-9a-f]{64}$/.test(written)) throw new Malformed(SECTION, `${what} is not 64 lower-case hex digits`);
        let point: EdwardsPoint;
        try {
            // zip215 = false refuses y >= p and the sign bit of x = 0, so that each element has one form.
            point = Point.fromHex(written.replace(/../g, "$&,").split(",").reverse().join(""), false);
        } catch {
            throw new Malformed(SECTION, `${what} is not a point of the curve`);
        }
        // On the curve is not enough: eight times as many points are.
        if (!point.isTorsionFree()) throw new VerificationError(section, `${what} is not in the prime-order subgroup`);
        return point;
    },

    serialise(elements) {
        const inverses = FpInvertBatch(
            Point.Fp,
            elements.map((element) => element.Z),
        );
        return elements.map((element, i) => {
            const { x, y } = element.toAffine(inverses[i]);
            return text(x, y);
        });
    },

    multiply: (a, b) => a.add(b),
    inverse: (a) => a.negate(),
    equal: (a, b) => a.equals(b),
    power: (a, k) => a.multiplyUnsafe(k),

    fixedBase(a) {
        if (a.is0()) return () => Point.ZERO;
        a.precompute(WINDOW, false);
        // noble's multiply takes the same steps whatever the exponent, for g with blinding, for y without. It refuses 0, which is legal here (§3.3)
        // and must not be quicker: how many exponents are 0 tells a blank vote (§7.3).
        return (k) => {
            const power = a.multiply(k === 0n ? Q - 1n : k);
            return k === 0n ? Point.ZERO : power;
        };
    },
};
