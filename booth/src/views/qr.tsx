// SPDX-License-Identifier: Apache-2.0
/** A text as a picture for another device's camera. */
import type { VNode } from "preact";
import { encodeQR } from "qr";

/** Dark on light in both colour schemes, as readers expect; `label` is for those who do not see it. */
export function QrPicture({ text, label }: { text: string; label: string }): VNode {
    const rows = encodeQR(text, "raw", { ecc: "low", border: 1 });
    // One stroke for each run of dark modules.
    const path = rows
        .flatMap((row, y) => Array.from(row.map((dark) => (dark ? "1" : "0")).join("").matchAll(/1+/g), (run) => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`))
        .join("");
    return (
        <div class="qr qr--dense">
            <svg viewBox={`0 0 ${rows.length} ${rows.length}`} role="img" aria-label={label} shape-rendering="crispEdges">
                <path d={path} fill="currentColor" />
            </svg>
        </div>
    );
}
