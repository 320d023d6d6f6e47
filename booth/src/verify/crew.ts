// SPDX-License-Identifier: Apache-2.0
/** Shares work among hands, each of which does one thing at a time, and never lets more wait than a few batches. */
import type { Act, Acts } from "./judge";

/** Somebody who does the acts of judge.ts: here, or in a worker. */
export interface Hand {
    do<A extends Act>(act: A, ask: Acts[A]["ask"]): Promise<Acts[A]["answer"]>;
}

/** Work handed out to a hand before it has finished what it has: enough that none stands idle, few enough to keep memory small. */
const AHEAD = 2;

export class Crew {
    private readonly busy: number[];

    constructor(private readonly hands: readonly Hand[]) {
        this.busy = hands.map(() => 0);
    }

    /** The same for every hand. */
    async all<A extends Act>(act: A, ask: Acts[A]["ask"]): Promise<Acts[A]["answer"][]> {
        return Promise.all(this.hands.map((hand) => hand.do(act, ask)));
    }

    /** For the hand with the least to do. */
    async any<A extends Act>(act: A, ask: Acts[A]["ask"]): Promise<Acts[A]["answer"]> {
        const least = this.busy.indexOf(Math.min(...this.busy));
        const hand = this.hands[least];
        if (hand === undefined) throw new Error("no hand");
        this.busy[least] = (this.busy[least] ?? 0) + 1;
        try {
            return await hand.do(act, ask);
        } finally {
            this.busy[least] = (this.busy[least] ?? 1) - 1;
        }
    }

    /** How many pieces of work may be under way at once. */
    get room(): number {
        return this.hands.length * AHEAD;
    }
}

/** Takes pieces of work in order and gives their results in order; waits when too many are under way. */
export class Line<T> {
    private readonly waiting: Promise<T>[] = [];

    constructor(
        private readonly room: number,
        private readonly take: (result: T) => void,
    ) {}

    async add(work: Promise<T>): Promise<void> {
        // It is awaited later; until then its failure is nobody's surprise.
        work.catch(() => undefined);
        this.waiting.push(work);
        if (this.waiting.length > this.room) await this.next();
    }

    async finish(): Promise<void> {
        while (this.waiting.length > 0) await this.next();
    }

    private async next(): Promise<void> {
        const first = this.waiting.shift();
        if (first !== undefined) this.take(await first);
    }
}
